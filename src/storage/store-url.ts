import { AppError } from "../core/errors.ts";

/**
 * Reads the URL of a store that is a server. Throws `AppError("config_invalid")`, without a cause since
 * the runtime's own error holds the URL with its password.
 */
export const parseStoreUrl = (text: string): URL => {
  const url = URL.parse(text);
  if (url === null) {
    const scheme = text.slice(0, text.indexOf(":"));
    throw new AppError(
      "config_invalid",
      `the storage URL "${scheme}:…" is not a URL; in user name and password write /, @, :, ? and # as %2F, %40, %3A, %3F and %23`,
    );
  }
  return url;
};

/**
 * Takes a parameter of ours out of a URL, so that the client of the store does not see it. Throws
 * `AppError("config_invalid")` if it does not match the pattern.
 */
export const takeParameter = (
  url: URL,
  name: string,
  rule: { readonly pattern: RegExp; readonly right: string; readonly fallback: string },
): string => {
  const value = url.searchParams.get(name) ?? rule.fallback;
  url.searchParams.delete(name);
  if (!rule.pattern.test(value)) {
    throw new AppError("config_invalid", `"${name}" in the storage URL must be ${rule.right}`);
  }
  return value;
};
