import { join } from 'node:path';

/** The git directory of the home's history. */
export const historyPath = (statePath: string): string => join(statePath, 'history.git');
