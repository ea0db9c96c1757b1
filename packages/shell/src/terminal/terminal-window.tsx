export const TerminalWindow = () => null;
