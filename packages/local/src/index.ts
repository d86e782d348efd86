export { LocalStackError } from './local-error.ts';
export { startLocalStack } from './stack.ts';
export { starterIsGone } from './starter.ts';
