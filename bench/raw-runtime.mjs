import { argv, env } from 'node:process';
import { serve } from './raw-client.mjs';

/** Serves the APIs whose addresses are its arguments, or the one in the environment. */
const addresses = argv.length > 2 ? argv.slice(2) : [env.AWS_LAMBDA_RUNTIME_API];
for (const address of addresses) serve(address);
