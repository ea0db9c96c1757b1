/** A remembered yes as people read it: without the hash that tells it from every other. */
export const ruleText = (rule: string): string => rule.replace(/ \[[0-9a-f]{24}\]$/, '');
