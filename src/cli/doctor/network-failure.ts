import type { HttpFailure } from "../../core/http-client.ts";
import { type Found, problem } from "./finding.ts";

/** Why no answer came from a host, and what to do, read from the error of the network. */
export const explainNoAnswer = (host: string, failure: HttpFailure): Found => {
  switch (failure.kind) {
    case "timeout":
      return problem(
        `${host} did not answer within ${Math.round(failure.timeoutMs / 1000)} s`,
        "check the network, and whether a firewall lets this machine out to port 443",
      );
    case "too_large":
      return problem(`${host} answered with more than it should`, CHECK_BASE_URL);
    case "aborted":
      return problem(`${host} was not asked to the end`, "run it again");
    case "unreachable":
      return explainCode(host, findCode(failure.cause));
  }
};

const CHECK_BASE_URL = "check GHL_BASE_URL";

const explainCode = (host: string, code: string): Found => {
  const row = CODES.find(([pattern]) => pattern.test(code));
  const [, text, fix] = row ?? [/$/u, "cannot be reached", "check the network"];
  return problem(`${host} ${text}${code === "" ? "" : ` (${code})`}`, fix);
};

const CODES: readonly (readonly [RegExp, string, string])[] = [
  [
    /^(?:ENOTFOUND|EAI_AGAIN|EAI_NODATA)$/u,
    "has no address: the name cannot be looked up",
    `${CHECK_BASE_URL} for typing mistakes, and the DNS of this machine`,
  ],
  [
    /^CERT_HAS_EXPIRED$|^CERT_NOT_YET_VALID$/u,
    "shows a certificate that is not valid at this time",
    "check the clock of this machine; if it is right, the host's certificate has to be renewed",
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/u,
    "shows a certificate for another name",
    `${CHECK_BASE_URL}, and whether something on the way answers in its place`,
  ],
  [
    /CERT|SELF_SIGNED|UNABLE_TO_|ISSUER/u,
    "shows a certificate that this machine does not trust",
    "if a proxy of your network opens TLS, set NODE_EXTRA_CA_CERTS to the file of its certificate",
  ],
  [
    /^ERR_SSL|^EPROTO$/u,
    "does not speak TLS as it should",
    `${CHECK_BASE_URL}: https for http, or another port?`,
  ],
  [
    /^ECONNREFUSED$/u,
    "refuses the connection: nothing listens there",
    `${CHECK_BASE_URL}; where it names the sandbox, start it: ghl-mcp sandbox`,
  ],
  [
    /^(?:ENETUNREACH|EHOSTUNREACH|ENETDOWN)$/u,
    "cannot be reached from this network",
    "check the network connection of this machine",
  ],
  [
    /^(?:ECONNRESET|UND_ERR_SOCKET|EPIPE)$/u,
    "cut the connection",
    "try again; if it stays so, something on the way does not let it through",
  ],
];

/** The code of an error, or of what caused it; hosts with several addresses give one error for each. */
const findCode = (cause: unknown): string => {
  if (!(cause instanceof Error)) return "";
  if ("code" in cause && typeof cause.code === "string") return cause.code;
  const [first] = cause instanceof AggregateError ? cause.errors : [cause.cause];
  return findCode(first);
};
