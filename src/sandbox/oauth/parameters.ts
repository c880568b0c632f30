import { isJsonObject, type JsonObject } from "../gate/fields.ts";

/** The parameters of `POST /oauth/token` under their camelCase names; those not sent are absent. */
export interface TokenParameters {
  readonly grantType?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly code?: string;
  readonly refreshToken?: string;
  readonly redirectUri?: string;
  readonly userType?: string;
  readonly codeVerifier?: string;
}

const WIRE_NAMES = {
  grantType: "grant_type",
  clientId: "client_id",
  clientSecret: "client_secret",
  code: "code",
  refreshToken: "refresh_token",
  redirectUri: "redirect_uri",
  userType: "user_type",
  codeVerifier: "code_verifier",
} as const satisfies Record<keyof TokenParameters, string>;

/** Reads the parameters: snake case, or camel case under v3, which has no other. */
export const readTokenParameters = (body: JsonObject, isV3: boolean): TokenParameters =>
  Object.fromEntries(
    Object.entries(WIRE_NAMES).flatMap(([name, wireName]) => {
      const value = body[isV3 ? name : wireName];
      return typeof value === "string" && value !== "" ? [[name, value]] : [];
    }),
  );

/** The wire name of a parameter in a version, for messages that name it. */
export const toWireName = (name: keyof TokenParameters, isV3: boolean): string =>
  isV3 ? name : WIRE_NAMES[name];

/** Reads a request body as a form, or as JSON where the content type says so; undefined if broken. */
export const parseBody = (
  text: string,
  contentType: string | undefined,
): JsonObject | undefined => {
  if (text.trim() === "") return {};
  if (contentType?.startsWith("application/x-www-form-urlencoded") === true) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};
