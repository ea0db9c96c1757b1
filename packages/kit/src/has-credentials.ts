/** Whether an address names a user, with a password or without. `fetch` refuses such a one, and tells all of it. */
export const hasCredentials = (url: string): boolean => /^[a-z][a-z\d+.-]*:\/\/[^/?#]*@/i.test(url);
