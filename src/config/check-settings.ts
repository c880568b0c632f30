import { findClosestName } from "./closest-name.ts";
import { isLoopbackUrl } from "./loopback.ts";
import type { SettingInfo, Settings } from "./schema.ts";
import { SETTING_ROWS, settingsSchema } from "./schema.ts";

/** Settings by name, as text; empty ones are left out. */
export type RawSettings = Readonly<Record<string, string>>;

/** What came of reading the settings: those that could be read, and a line for each mistake. */
export interface ReadSettings {
  readonly settings: Settings | undefined;
  readonly mistakes: readonly string[];
}

/** Reads every setting from its text and checks the rules between them. */
export const readSettings = (raw: RawSettings): ReadSettings => {
  const complete = { ...fallbacks(), ...raw };
  // Read once: compiling code for it, as zod does, costs more than it saves.
  const parsed = settingsSchema.safeParse(complete, { jitless: true });
  const mistakes = new Map<string, string>();
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0]);
      // One line per setting: the first problem is the one to solve first.
      if (!mistakes.has(name))
        mistakes.set(name, describe(name, complete[name] ?? "", issue.message));
    }
  }
  const together = checkTogether(raw);
  return {
    settings: parsed.success ? parsed.data : undefined,
    mistakes: [...mistakes.values(), ...together, ...findMistyped(raw)],
  };
};

/** The address that the server listens on when HOST is not set. */
export const chooseHost = (publicUrl: string | undefined): string => {
  const url = publicUrl === undefined ? null : URL.parse(publicUrl);
  return url === null || isLoopbackUrl(url) ? "127.0.0.1" : "0.0.0.0";
};

const fallbacks = (): RawSettings =>
  Object.fromEntries(
    [...SETTING_ROWS].flatMap(([name, row]) =>
      row.fallback === undefined ? [] : [[name, row.fallback]],
    ),
  );

const describe = (name: string, value: string, problem: string): string => {
  const row: SettingInfo | undefined = SETTING_ROWS.get(name);
  const shown = row?.secret === true ? "the value" : `"${withoutPassword(value)}"`;
  return `${name}: ${shown} ${problem}; ${row?.right ?? ""}`;
};

const withoutPassword = (value: string): string => value.replace(/\/\/[^/@]*@/u, "//…@");

/** The rules that involve more than one setting. */
const checkTogether = (raw: RawSettings): readonly string[] => {
  const mistakes: string[] = [];
  const has = (name: string): boolean => raw[name] !== undefined;
  if (has("GHL_CLIENT_ID") && !has("GHL_CLIENT_SECRET")) {
    mistakes.push(missing("GHL_CLIENT_SECRET", "GHL_CLIENT_ID"));
  }
  if (has("GHL_CLIENT_SECRET") && !has("GHL_CLIENT_ID")) {
    mistakes.push(missing("GHL_CLIENT_ID", "GHL_CLIENT_SECRET"));
  }
  if (has("GHL_PRIVATE_TOKEN") && !has("GHL_LOCATION_ID")) {
    mistakes.push(missing("GHL_LOCATION_ID", "GHL_PRIVATE_TOKEN"));
  }
  mistakes.push(...checkTls(raw));
  mistakes.push(...checkToken(raw, "OAUTH_REGISTRATION", "open"));
  mistakes.push(...checkToken(raw, "METRICS", "loopback"));
  const access = Number(raw["ACCESS_TOKEN_TTL"] ?? SETTING_ROWS.get("ACCESS_TOKEN_TTL")?.fallback);
  const refresh = Number(
    raw["REFRESH_TOKEN_TTL"] ?? SETTING_ROWS.get("REFRESH_TOKEN_TTL")?.fallback,
  );
  if (refresh <= access) {
    mistakes.push(
      `REFRESH_TOKEN_TTL: ${refresh} s is not longer than ACCESS_TOKEN_TTL (${access} s); give a longer time`,
    );
  }
  return mistakes;
};

const checkTls = (raw: RawSettings): readonly string[] => {
  const { TLS_CERT_FILE: certificate, TLS_KEY_FILE: key, TLS_KEY_PASSPHRASE: passphrase } = raw;
  const mistakes: string[] = [];
  if (certificate !== undefined && key === undefined) {
    mistakes.push(missing("TLS_KEY_FILE", "TLS_CERT_FILE"));
  }
  if (key !== undefined && certificate === undefined) {
    mistakes.push(missing("TLS_CERT_FILE", "TLS_KEY_FILE"));
  }
  if (passphrase !== undefined && key === undefined) {
    mistakes.push(missing("TLS_KEY_FILE", "TLS_KEY_PASSPHRASE"));
  }
  if (certificate !== undefined && URL.parse(raw["PUBLIC_URL"] ?? "")?.protocol === "http:") {
    mistakes.push(
      "PUBLIC_URL: begins with http while TLS_CERT_FILE is set, and the server then speaks TLS alone; give the https address",
    );
  }
  return mistakes;
};

/** A token that nothing asks for would look like a lock on an open door. */
const checkToken = (
  raw: RawSettings,
  name: "OAUTH_REGISTRATION" | "METRICS",
  open: string,
): readonly string[] => {
  const tokenName = `${name}_TOKEN`;
  const mode = (raw[name] ?? open).toLowerCase();
  const hasToken = raw[tokenName] !== undefined;
  if (mode === "token" && !hasToken) return [missing(tokenName, `${name}=token`)];
  return hasToken && (mode === open || mode === "off")
    ? [
        `${tokenName}: without effect while ${name} is ${mode}; set ${name}=token, or remove the token`,
      ]
    : [];
};

const missing = (name: string, because: string): string =>
  `${name}: missing while ${because} is set; ${SETTING_ROWS.get(name)?.right ?? ""}`;

/** GHL_… names that nobody reads but that look like ours: most likely typing mistakes. */
const findMistyped = (raw: RawSettings): readonly string[] =>
  Object.keys(raw)
    .filter((name) => name.startsWith("GHL_") && !SETTING_ROWS.has(name))
    .flatMap((name) => {
      const meant = findClosestName(name, SETTING_ROWS.keys());
      return meant === undefined ? [] : [`${name}: no such setting; did you mean ${meant}?`];
    });
