import { isLoopbackUrl } from "../config/loopback.ts";
import type { ClientGuide } from "./clients.ts";

/**
 * What keeps a client from reaching this address: clients that call from their maker's servers reach
 * neither this machine's own names nor http. `undefined` where nothing is known to.
 */
export const findReachProblem = (guide: ClientGuide, mcpUrl: string): string | undefined => {
  if (!guide.callsFromOutside || !URL.canParse(mcpUrl)) return undefined;
  const url = new URL(mcpUrl);
  if (isLoopbackUrl(url)) {
    return `${guide.title} calls from the internet, and this address works on this machine only. The server needs a public https address, in PUBLIC_URL.`;
  }
  return url.protocol === "https:"
    ? undefined
    : `${guide.title} takes https addresses only; this one, from PUBLIC_URL, is none.`;
};
