import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  classifyInboundRequest,
} from "@modelcontextprotocol/server";
import { canAskForm } from "../../mcp/wire-dialogue.ts";
import type { Incoming } from "./hot-request.ts";

/** What is known of clients by the way they describe themselves. */
export interface KnownClients {
  /** Undefined where the envelope of a request is not sound, or too long to be remembered. */
  judge(incoming: Incoming): { readonly canAsk: boolean } | undefined;
}

const MAX_KNOWN = 256;
const MAX_DESCRIPTION_LENGTH = 2_000;

/**
 * Makes the memory. Each client describes itself with every request, in the same words: the SDK judges a
 * description once, and its verdict is kept. When the memory is full it starts anew.
 */
export const createKnownClients = (): KnownClients => {
  const known = new Map<string, { readonly canAsk: boolean }>();
  return {
    judge: (incoming) => {
      const { meta } = incoming;
      const capabilities = meta[CLIENT_CAPABILITIES_META_KEY];
      const info = meta[CLIENT_INFO_META_KEY];
      const description = `[${JSON.stringify(info)},${JSON.stringify(capabilities)}]`;
      const found = known.get(description);
      if (found !== undefined) return found;
      if (!isTelling(description) || !isSound(incoming)) return undefined;
      if (known.size >= MAX_KNOWN) known.clear();
      const client = { canAsk: canAskForm(capabilities) };
      known.set(description, client);
      return client;
    },
  };
};

/** Null is also what numbers beyond all bounds are written as. */
const isTelling = (description: string): boolean =>
  description.length <= MAX_DESCRIPTION_LENGTH && !/[[:,]null[\]},]/.test(description);

const isSound = ({ headers, body }: Incoming): boolean =>
  classifyInboundRequest({
    httpMethod: "POST",
    body,
    protocolVersionHeader: String(headers["mcp-protocol-version"]),
    mcpMethodHeader: String(headers["mcp-method"]),
  }).kind === "modern";
