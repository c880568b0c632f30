import {
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  type IncomingMessage,
  ServerResponse,
} from "node:http";

/** Headers, names and values taking turns. */
export type RawHeaders = readonly string[];

/**
 * A response that has an id and headers which go out with it whatever else does. They are not set one by
 * one: Node would check and sort each of them, and then go over all of them once more when they go out.
 */
export class BasedResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  /** Ids are ours alone: one sent by a client is not taken over. */
  requestId = "";
  /** What goes out besides the id. */
  baseHeaders: RawHeaders = [];

  /** As Node's. Given a list, it becomes the head as it is; with anything else headers may be named before. */
  override writeHead(
    status: number,
    reason?: string | OutgoingHttpHeaders | OutgoingHttpHeader[],
    headers?: OutgoingHttpHeaders | OutgoingHttpHeader[],
  ): this {
    const base = [REQUEST_ID, this.requestId, ...this.baseHeaders];
    if (Array.isArray(reason)) return super.writeHead(status, [...base, ...reason]);
    for (let index = 0; index < base.length; index += 2) {
      this.setHeader(base[index] ?? "", base[index + 1] ?? "");
    }
    return typeof reason === "string"
      ? super.writeHead(status, reason, headers)
      : super.writeHead(status, reason);
  }
}

const REQUEST_ID = "x-request-id";

/** The id of the request that this answers; empty for a response of another kind. */
export const requestIdOf = (response: ServerResponse): string =>
  response instanceof BasedResponse ? response.requestId : "";
