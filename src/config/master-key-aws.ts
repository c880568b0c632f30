import type * as SecretsManager from "@aws-sdk/client-secrets-manager";
import { AppError } from "../core/errors.ts";
import type { Secret } from "../core/secret.ts";
import { toSecret } from "../core/secret.ts";
import type { AwsSettings } from "./aws-settings.ts";
import type { AwsSecretReference } from "./master-key-reference.ts";
import { splitKeys, toStandardBase64 } from "./master-key-setting.ts";

/** Loads the AWS library; a test has one that is not there. */
export type AwsLibrary = () => Promise<typeof SecretsManager>;

const loadLibrary: AwsLibrary = () => import("@aws-sdk/client-secrets-manager");

const CONNECT_TIMEOUT_MS = 3000;
const REQUEST_TIMEOUT_MS = 5000;
/** One repetition, since a start that waits for long looks like one that hangs. */
const MAX_ATTEMPTS = 2;

/**
 * Reads the keys that a secret of AWS Secrets Manager holds: 32 bytes as they are, or base64, several
 * separated by spaces or commas. Throws `AppError("config_invalid")` where the AWS library is missing,
 * `master_key_unavailable` where AWS cannot be asked, `master_key_invalid` for everything that asking
 * again would not change. No message carries anything of a secret.
 */
export const readAwsKeys = async (
  reference: AwsSecretReference,
  settings: AwsSettings,
  load: AwsLibrary = loadLibrary,
): Promise<readonly Secret[]> => {
  const library = await load().catch((cause: unknown) => {
    throw new AppError(
      "config_invalid",
      `MASTER_KEY: "${reference.text}" needs the AWS library, which is not installed; install it beside this program: npm install @aws-sdk/client-secrets-manager`,
      { cause },
    );
  });
  const answer = await ask(library, reference, settings);
  return readKeys(reference, answer);
};

const ask = async (
  library: typeof SecretsManager,
  reference: AwsSecretReference,
  settings: AwsSettings,
): Promise<SecretsManager.GetSecretValueCommandOutput> => {
  const region = reference.region ?? settings.region;
  const { credentials, endpoint, profile } = settings;
  const client = new library.SecretsManagerClient({
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // Without this the library only warns.
      throwOnRequestTimeout: true,
    },
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(profile === undefined ? {} : { profile }),
    ...(credentials === undefined
      ? {}
      : {
          credentials: {
            accessKeyId: credentials.accessKeyId,
            secretAccessKey: credentials.secretAccessKey.reveal(),
            ...(credentials.sessionToken === undefined
              ? {}
              : { sessionToken: credentials.sessionToken.reveal() }),
          },
        }),
  });
  try {
    return await client.send(new library.GetSecretValueCommand({ SecretId: reference.secretId }));
  } catch (error) {
    throw toAppError(reference, region, error);
  } finally {
    client.destroy();
  }
};

/** What AWS's error names mean for the person; all others count as "cannot be asked". */
const REFUSALS: ReadonlyMap<string, string> = new Map([
  [
    "ResourceNotFoundException",
    "there is no such secret; check its name, the region and the account",
  ],
  [
    "AccessDeniedException",
    "may not be read; allow secretsmanager:GetSecretValue on it, and kms:Decrypt on its key if it has one of its own",
  ],
  ["DecryptionFailure", "cannot be decrypted by AWS; allow kms:Decrypt on its key"],
  ["InvalidRequestException", "cannot be read in its present state; it may be marked for deletion"],
  ["UnrecognizedClientException", "was refused: AWS does not know the access key"],
  ["InvalidSignatureException", "was refused: the secret access key is wrong, or the clock is"],
  ["SignatureDoesNotMatch", "was refused: the secret access key is wrong"],
  ["ExpiredTokenException", "was refused: the credentials have expired; get new ones"],
  ["IncompleteSignature", "was refused: the credentials are not complete"],
  [
    "CredentialsProviderError",
    "cannot be asked for: no AWS credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or give the task or instance a role",
  ],
]);

const toAppError = (
  reference: AwsSecretReference,
  region: string | undefined,
  error: unknown,
): AppError => {
  const { name, code } = toNames(error);
  const where = `the AWS secret "${reference.secretId}"${region === undefined ? "" : ` in ${region}`}`;
  const cause = { cause: new Error(code === "" ? name : `${name} (${code})`) };
  if (error instanceof Error && error.message.includes("Region is missing")) {
    return new AppError(
      "config_invalid",
      `MASTER_KEY: ${where} needs a region; add ?region=…, or set AWS_REGION`,
      cause,
    );
  }
  const refusal = REFUSALS.get(name);
  if (refusal !== undefined) {
    return new AppError("master_key_invalid", `MASTER_KEY: ${where} ${refusal}`, cause);
  }
  return new AppError(
    "master_key_unavailable",
    `MASTER_KEY: ${where} cannot be read: AWS does not answer as hoped (${code === "" ? name : code}); check the network and the region, then try again`,
    cause,
  );
};

/** The library's messages are not repeated: they may quote a request. */
const toNames = (error: unknown): { readonly name: string; readonly code: string } => ({
  name: error instanceof Error ? error.name : "unknown",
  code:
    error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "",
});

const readKeys = (
  reference: AwsSecretReference,
  answer: SecretsManager.GetSecretValueCommandOutput,
): readonly Secret[] => {
  const { SecretBinary: binary, SecretString: text } = answer;
  if (binary?.length === KEY_BYTES && reference.field === undefined) {
    return [toSecret(Buffer.from(binary).toString("base64"))];
  }
  const found = splitKeys(toKeyText(reference, text ?? toText(binary)));
  const keys = found.map((candidate) => toStandardBase64(candidate));
  if (keys.length === 0 || keys.includes(undefined)) {
    throw malformed(reference, "does not hold 32 bytes in base64");
  }
  return keys.flatMap((key) => (key === undefined ? [] : [toSecret(key)]));
};

const KEY_BYTES = 32;

const toText = (binary: Uint8Array | undefined): string =>
  binary === undefined ? "" : new TextDecoder().decode(binary);

/** The secret itself, or the field of it that the reference names. */
const toKeyText = (reference: AwsSecretReference, text: string): string => {
  const { field } = reference;
  const isObject = text.trimStart().startsWith("{");
  if (field === undefined) {
    if (isObject) throw malformed(reference, "is a JSON object; add ?field= and the field's name");
    return text;
  }
  const value = isObject ? readField(text, field) : undefined;
  if (value === undefined) throw malformed(reference, `has no text in a field "${field}"`);
  return value;
};

const readField = (text: string, field: string): string | undefined => {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null) return undefined;
    const value = Object.entries(parsed).find(([name]) => name === field)?.[1] as unknown;
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
};

const malformed = (reference: AwsSecretReference, problem: string): AppError =>
  new AppError(
    "master_key_invalid",
    `MASTER_KEY: the AWS secret "${reference.secretId}" ${problem}`,
  );
