import { createPublicKey, type KeyObject, verify } from "node:crypto";

/** The keys that webhooks are verified with: SubjectPublicKeyInfo, DER in base64. */
export interface WebhookKeys {
  /** Ed25519. Absent: GoHighLevel's own. */
  readonly current?: string;
  /** RSA, for the older signature. Absent: the older signature counts for nothing. */
  readonly legacy?: string;
}

/** A webhook as it came. */
export interface WebhookDelivery {
  /** The whole body, unparsed. Bytes that are not UTF-8 have been replaced, so they fail the check. */
  readonly body: string;
  /** The header `X-GHL-Signature`. */
  readonly signature?: string;
  /** The header `X-WH-Signature`. */
  readonly legacySignature?: string;
  readonly requestId: string;
}

/** What the signature of a delivery shows. */
export type SignatureVerdict = "good" | "missing" | "wrong";

/** GoHighLevel's Ed25519 key (gohighlevel.md §7). */
const GHL_KEY = "MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg=";

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Makes the check of signatures; the keys are read once. Where the current signature is there, it
 * decides, so that nobody can have a delivery judged by the weaker one.
 */
export const createSignatureCheck = (
  keys: WebhookKeys = {},
): ((delivery: WebhookDelivery) => SignatureVerdict) => {
  const current = { key: toKey(keys.current ?? GHL_KEY), digest: undefined };
  const legacy =
    keys.legacy === undefined ? undefined : { key: toKey(keys.legacy), digest: "sha256" };
  return ({ body, signature, legacySignature }) => {
    if (isThere(signature)) return judge(current, body, signature);
    return legacy !== undefined && isThere(legacySignature)
      ? judge(legacy, body, legacySignature)
      : "missing";
  };
};

/** Deliveries without a signature have been seen with "N/A" in its place. */
const isThere = (header: string | undefined): header is string =>
  header !== undefined && header !== "" && header.toUpperCase() !== "N/A";

const judge = (
  { key, digest }: { readonly key: KeyObject; readonly digest: string | undefined },
  body: string,
  signature: string,
): SignatureVerdict =>
  BASE64.test(signature) &&
  verify(digest, Buffer.from(body, "utf8"), key, Buffer.from(signature, "base64"))
    ? "good"
    : "wrong";

const toKey = (der: string): KeyObject =>
  createPublicKey({ key: Buffer.from(der, "base64"), format: "der", type: "spki" });
