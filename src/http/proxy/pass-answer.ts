import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PassRule, ProxyRoute } from '../../module/proxy-route.ts';
import type { AnswerSink } from '../../upstream/http/types.ts';
import { leaveRequest } from '../leave-request.ts';
import { watchPace } from '../watch-pace.ts';
import { drainBytes } from './pass-body.ts';
import { passedCors } from './passed-cors.ts';
import { passedAnswerHeaders } from './passed-headers.ts';
import { passedLocation } from './passed-location.ts';

export interface PassedAnswer {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly route: ProxyRoute;
  readonly rule: PassRule;
  readonly publicUrl: string;
  /** Milliseconds in which a client has to move something. */
  readonly paceMs: number;
}

/**
 * Gives an answer of a service to the client as it comes and as fast as the client takes it. `finish` is called when
 * all of it has come, `stop` in any case. The sink throws the AppError of a Location that cannot be passed on.
 */
export function passAnswer(parts: PassedAnswer) {
  const { request, response, route, rule, publicUrl, paceMs } = parts;
  let early = false;
  let stopWatching = (): void => undefined;
  // A client that leaves in the middle is told by its request's signal.
  response.on('error', () => undefined);

  const sink: AnswerSink = {
    start(status, answerHeaders, resume) {
      const headers = passedAnswerHeaders(answerHeaders, route);
      const { location } = answerHeaders;
      if (typeof location === 'string') {
        headers['location'] = passedLocation(location, route, rule, publicUrl);
      }
      Object.assign(headers, passedCors(answerHeaders, route, response));
      // Written as it came, the service's would replace what CORS has said of the origin.
      const vary = [response.getHeader('vary') ?? [], headers['vary'] ?? []].flat();
      if (vary.length > 0) headers['vary'] = vary.join(', ');
      early = !request.complete;
      if (early) headers['connection'] = 'close';
      response.writeHead(status, headers);
      response.on('drain', resume);
      stopWatching = watchPace({
        // The system's own buffers may hold more than a slow line takes in one span.
        spanMs: 2 * paceMs,
        moved: () => response.socket?.bytesWritten ?? 0,
        // Without a socket it waits behind an earlier answer on the same connection.
        heldBack: () => response.socket === null || !response.writableNeedDrain,
        onStill: () => response.destroy(),
      });
    },
    write: (chunk) => response.destroyed || response.write(chunk),
  };
  return {
    sink,
    finish(): void {
      if (early) leaveRequest(request, drainBytes);
      response.end();
    },
    stop: () => stopWatching(),
  };
}
