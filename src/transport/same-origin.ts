/**
 * Whether a form was posted by a page of ours, as far as the browser says so. Our pages send no
 * referrer, and then browsers write `Origin: null` on their own form posts (Fetch standard, "append a
 * request Origin header"): `null` counts only where Sec-Fetch-Site vouches for it.
 */
export const isSameOriginPost = (
  headers: Readonly<Record<string, string | undefined>>,
  publicUrl: string,
): boolean => {
  const site = headers["sec-fetch-site"];
  const origin = headers["origin"];
  if (site !== undefined && site !== "same-origin") return false;
  if (origin === undefined || origin === new URL(publicUrl).origin) return true;
  return origin === "null" && site === "same-origin";
};
