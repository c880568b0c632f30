import { renderErrorPage } from "../web/error-page.ts";
import { PAGE_HEADERS } from "./security-headers.ts";

/** A JSON answer; never cached unless the headers say otherwise. */
export const jsonResponse = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Response => {
  const all = new Headers({ "content-type": "application/json", "cache-control": "no-store" });
  // Set one by one: the same name in two spellings would otherwise be sent twice.
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  return new Response(JSON.stringify(body), { status, headers: all });
};

/** An OAuth error body (RFC 6749 §5.2). */
export const errorResponse = (status: number, error: string, description: string): Response =>
  jsonResponse(status, { error, error_description: description });

/** A page, with the cookies to set. */
export const pageResponse = (
  status: number,
  page: string,
  cookies: readonly string[] = [],
): Response =>
  withCookies(
    new Response(page, {
      status,
      headers: { ...PAGE_HEADERS, "content-type": "text/html; charset=utf-8" },
    }),
    cookies,
  );

/**
 * Sends the browser elsewhere with a GET, whatever the method was (RFC 9700 §4.12: 303, not 307).
 * The address may carry a code or a state, so it is neither cached nor passed on as a referrer.
 */
export const redirectResponse = (location: string, cookies: readonly string[] = []): Response =>
  withCookies(
    new Response(null, {
      status: 303,
      headers: { location, "cache-control": "no-store", "referrer-policy": "no-referrer" },
    }),
    cookies,
  );

/** What an error page says. */
export interface ErrorText {
  readonly title: string;
  readonly text: string;
  readonly advice?: string;
}

/** Makes the error page of one request. */
export type ErrorPages = (
  request: { readonly requestId: string },
  status: number,
  text: ErrorText,
) => Response;

/** Makes error pages for this server. */
export const createErrorPages =
  (settings: { readonly sandbox: boolean }): ErrorPages =>
  (request, status, text) =>
    pageResponse(
      status,
      renderErrorPage({ ...text, requestId: request.requestId, sandbox: settings.sandbox }),
    );

const withCookies = (response: Response, cookies: readonly string[]): Response => {
  for (const cookie of cookies) response.headers.append("set-cookie", cookie);
  return response;
};
