import { defineModule } from '../../module/module.ts';
import { createFunctionsClient } from './client/client.ts';
import { functionsRoute } from './routes.ts';
import { addFunctionsSchema } from './schema/functions.ts';
import { functionsVariables } from './variables.ts';

/** Edge Functions. */
export const functions = defineModule({
  name: 'functions',
  variables: functionsVariables,
  service: {
    name: 'FUNCTIONS',
    description: 'Edge Functions.',
    variable: 'FUNCTIONS_URL',
    gatewayPath: '/functions/v1',
    probe: { method: 'GET', path: '/', anyAnswer: true },
    // A function may answer without a look at what it was sent.
    successReadsBody: false,
  },
  schema: addFunctionsSchema,
  start({ config, service, shared }) {
    const answerMs = config.FUNCTIONS_TIMEOUT;
    return {
      client: createFunctionsClient({
        upstream: service?.upstream,
        answerMs,
        maxAnswerBytes: shared.upstream.maxAnswerBytes,
      }),
      routes: [
        functionsRoute(service?.upstream, {
          maxBodyBytes: shared.server.maxProxyBodyBytes,
          answerMs,
          // Behind a gateway it would be the gateway's answer, which says yes to everybody.
          ownCors: shared.server.allowedOrigins || service?.behindGateway ? 'names' : 'answer',
        }),
      ],
    };
  },
});
