import type { ServerResponse } from "node:http";

const HEADER = "x-request-id";

/** Names a request in its answer. Ids are ours alone: one sent by a client is not taken over. */
export const setRequestId = (response: ServerResponse, requestId: string): void => {
  response.setHeader(HEADER, requestId);
};

/** The id of the request that this answers. */
export const requestIdOf = (response: ServerResponse): string => {
  const id = response.getHeader(HEADER);
  return typeof id === "string" ? id : "";
};
