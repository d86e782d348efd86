import { firstServed, installDeno } from './deno-shim.ts';
import { installWebGlobals } from './web-globals.ts';
import { answerWith } from './worker-runtime.ts';

// Imported first by a function's bundle: the function's own module may call Deno.serve while it is evaluated.
installWebGlobals();
installDeno();
// A module that fails after its call of Deno.serve has not started.
void firstServed.then((handler) => setImmediate(answerWith, handler));
