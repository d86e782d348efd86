import { installDeno } from './deno-shim.ts';

// Imported first by a function's bundle: the function's own module may call Deno.serve while it is evaluated.
installDeno();
