import type { Secret } from "../core/secret.ts";
import { toSecret } from "../core/secret.ts";

/** What the settings say of AWS. Where they say nothing, the AWS library's own chain decides. */
export interface AwsSettings {
  readonly region?: string;
  /** An address in place of the public one. */
  readonly endpoint?: string;
  /** Of the shared configuration file. */
  readonly profile?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: Secret;
    readonly sessionToken?: Secret;
  };
}

/**
 * Takes what concerns AWS out of the variables, the .env file included: the names that every AWS tool
 * reads.
 */
export const toAwsSettings = (variables: Readonly<Record<string, string>>): AwsSettings => {
  const region = variables["AWS_REGION"] ?? variables["AWS_DEFAULT_REGION"];
  const endpoint = variables["AWS_ENDPOINT_URL_SECRETS_MANAGER"] ?? variables["AWS_ENDPOINT_URL"];
  const profile = variables["AWS_PROFILE"];
  const [accessKeyId, secretAccessKey] = [
    variables["AWS_ACCESS_KEY_ID"],
    variables["AWS_SECRET_ACCESS_KEY"],
  ];
  const sessionToken = variables["AWS_SESSION_TOKEN"];
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(profile === undefined ? {} : { profile }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : {
          credentials: {
            accessKeyId,
            secretAccessKey: toSecret(secretAccessKey),
            ...(sessionToken === undefined ? {} : { sessionToken: toSecret(sessionToken) }),
          },
        }),
  };
};
