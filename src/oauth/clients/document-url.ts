import { isIP } from "node:net";

const MAX_LENGTH = 2000;
const LOOKS_LIKE_AN_ADDRESS = /^[a-z][a-z0-9+.-]*:/i;
// The host as a plain name, the path at least one character beyond the slash; no user name, no
// backslash, no fragment, nothing that a URL parser would repair.
const DOCUMENT_URL =
  /^https:\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d{1,5})?\/[\x21\x24-\x5b\x5d-\x7e]+$/i;
const DOT_SEGMENT = /\/(?:\.|%2e){1,2}(?:[/?]|$)/i;
const LOCAL_SUFFIX =
  /\.(?:localhost|local|internal|intranet|lan|home|corp|test|invalid|onion|arpa)$/i;

/**
 * Reads a `client_id` as the address of a client metadata document
 * (draft-ietf-oauth-client-id-metadata-document §3). Undefined: it is no address at all. `forbidden`:
 * it is one that must not be fetched, which is known before any name is looked up.
 */
export const parseDocumentUrl = (clientId: string): URL | "forbidden" | undefined => {
  if (!LOOKS_LIKE_AN_ADDRESS.test(clientId)) return undefined;
  const host = DOCUMENT_URL.exec(clientId)?.[1]?.toLowerCase();
  if (host === undefined || clientId.length > MAX_LENGTH || !URL.canParse(clientId))
    return "forbidden";
  if (DOT_SEGMENT.test(clientId) || LOCAL_SUFFIX.test(host)) return "forbidden";
  const url = new URL(clientId);
  // A host such as 0x7f.1 is a name to a pattern and an address to a parser.
  return url.hostname === host && isIP(host) === 0 ? url : "forbidden";
};
