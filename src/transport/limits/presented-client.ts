/**
 * The client that a form or an `Authorization` header names, for counting only: it is not known to
 * exist. One client has one spelling here, or a flood could give itself as many counts as there are
 * ways to escape an id. Empty where a signed assertion alone names it.
 */
export const readPresentedClient = (request: {
  readonly form: URLSearchParams;
  readonly authorization?: string;
}): string => {
  const pair = BASIC.exec(request.authorization ?? "")?.[1];
  const named = pair === undefined ? (request.form.get("client_id") ?? "") : readUser(pair);
  return named.slice(0, MAX_LENGTH);
};

const BASIC = /^basic +(\S+)$/iu;

/** No client has a longer id, and a count must not keep whatever a stranger sends. */
const MAX_LENGTH = 2000;

/** Form-encoded before it is joined (RFC 6749 §2.3.1, appendix B). */
const readUser = (pair: string): string => {
  const [user = ""] = Buffer.from(pair, "base64").toString("utf8").split(":", 1);
  return new URLSearchParams(`v=${user.replaceAll("&", "%26")}`).get("v") ?? "";
};
