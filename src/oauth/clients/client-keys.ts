import { z } from "zod";
import { parseDocumentUrl } from "./document-url.ts";

const MAX_KEYS = 20;

/** The members of a JWK that only its owner may have (RFC 7518 §6.2.2, §6.3.2, §6.4). */
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

const keySchema = z.looseObject({
  kty: z.string(),
  kid: z.string().optional(),
  alg: z.string().optional(),
  use: z.string().optional(),
});

/** A JWK set (RFC 7517 §5) as a client gives it. */
export const keySetSchema = z.object({ keys: z.array(keySchema).min(1).max(MAX_KEYS).readonly() });

/** A public key of a client; may hold members that nobody here looks at. */
export type ClientKey = Readonly<z.infer<typeof keySchema>>;

/** Where the keys of a client are: in its own metadata, or at an address that it names. */
export const clientKeysSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("set"), keys: z.array(keySchema).readonly() }),
  z.object({ kind: z.literal("uri"), uri: z.string() }),
]);

/** Where the keys of a client are. */
export type ClientKeys = Readonly<z.infer<typeof clientKeysSchema>>;

/**
 * The keys that `jwks` or `jwks_uri` of a client's metadata give (RFC 7591 §2: one of the two);
 * undefined if they give none that can be used. Nothing is fetched.
 */
export const toClientKeys = (metadata: {
  readonly jwks?: unknown;
  readonly jwks_uri?: unknown;
}): ClientKeys | undefined => {
  if (metadata.jwks !== undefined && metadata.jwks !== null) {
    const set = keySetSchema.safeParse(metadata.jwks);
    if (!set.success || set.data.keys.some(isPrivateKey)) return undefined;
    return { kind: "set", keys: set.data.keys };
  }
  const { jwks_uri: uri } = metadata;
  if (typeof uri !== "string" || !(parseDocumentUrl(uri) instanceof URL)) return undefined;
  return { kind: "uri", uri };
};

/** Whether a JWK holds what must never be published. */
export const isPrivateKey = (key: Readonly<Record<string, unknown>>): boolean =>
  PRIVATE_MEMBERS.some((member) => member in key);

/** The signature algorithms that are accepted (RFC 7518 §3.1, RFC 8037 §3.1), all asymmetric. */
export const SIGNING_ALGORITHMS = ["ES256", "EdDSA", "RS256", "PS256"] as const;

/** One of the accepted algorithms. */
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** A key reduced to what its algorithm needs. */
export type PlainKey = Readonly<Record<string, string>> & { readonly kty: string };

/**
 * The keys of a client's own set that may verify a signature of this algorithm: the kind that the
 * algorithm needs, meant for signatures, and of the `kid` if one is named. Of each only the members of
 * the algorithm are kept, so that nothing else in it has a say. Pure.
 */
export const selectKeys = (
  keys: readonly ClientKey[],
  algorithm: SigningAlgorithm,
  kid: string | undefined,
): readonly PlainKey[] =>
  keys.flatMap((key) => {
    const isMeant =
      (kid === undefined || key.kid === kid) &&
      (key.use ?? "sig") === "sig" &&
      (key.alg ?? algorithm) === algorithm;
    const plain = isMeant ? PLAIN_KEYS[algorithm].safeParse(key) : undefined;
    return plain?.success === true ? [plain.data] : [];
  });

const coordinate = z.string().length(43);
// 2048 to 4096 bits, and a small exponent: verifying with a giant key is work that a stranger sets.
const rsaKey = z.object({
  kty: z.literal("RSA"),
  n: z.string().min(342).max(683),
  e: z.string().max(6),
});

const PLAIN_KEYS = {
  ES256: z.object({
    kty: z.literal("EC"),
    crv: z.literal("P-256"),
    x: coordinate,
    y: coordinate,
  }),
  EdDSA: z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: coordinate }),
  RS256: rsaKey,
  PS256: rsaKey,
} satisfies Readonly<Record<SigningAlgorithm, z.ZodType<PlainKey>>>;
