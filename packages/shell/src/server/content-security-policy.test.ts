import { describe, expect, it } from 'vitest';
import { inlineScriptHashes, pagePolicy } from './content-security-policy.ts';

// `echo -n 'alert(1)' | openssl dgst -sha256 -binary | base64`
const ALERT = "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='";

describe('the policy of a page', () => {
  it('names the inline scripts and not those with an address', () => {
    const html =
      '<script src="/a.js" async=""></script><script id="x">alert(1)</script><script\nsrc="/b.js"></script>';
    expect(inlineScriptHashes(html)).toEqual([ALERT]);
  });

  it('allows the page’s own host as a socket, and no text that could end the directive', () => {
    expect(pagePolicy([], 'my.os:3000')).toContain("connect-src 'self' ws://my.os:3000 wss://my.os:3000;");
    expect(pagePolicy([], '[::1]:3000')).toContain('ws://[::1]:3000');
    for (const host of ['a; script-src *', 'a b', "a'", undefined]) {
      expect(pagePolicy([], host)).toContain("connect-src 'self';");
    }
  });
});
