/** As a `ref`: what just appeared because the owner asked for it gets the keyboard. The same function every time, so once. */
export const focusOnMount = (element: HTMLElement | null): void => element?.focus();
