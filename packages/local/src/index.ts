export { LocalStackError } from './lib/local-error.ts';
export { starterIsGone } from './lib/starter.ts';
export { startLocalStack } from './stack.ts';
