import { z } from "zod";
import { isLoopbackUrl } from "./loopback.ts";

/** What is wrong with an address, if anything. */
const findUrlProblem = (text: string): string | undefined => {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/u.test(url.protocol)) return "is not an http or https address";
  if (url.username !== "" || url.password !== "") return "contains a user name or a password";
  if (text.includes("#")) return "contains a fragment (#)";
  if (url.protocol === "http:" && !isLoopbackUrl(url)) {
    return "uses http for a host that is not this machine, where only https is safe";
  }
  return undefined;
};

/** An address as it was written: https, or http for this machine; no password, no fragment. */
export const url = z.string().superRefine((text, context) => {
  const message = findUrlProblem(text);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

/** An address without a query, and without slashes at its end. */
export const pageUrl = url
  .refine((text) => !text.includes("?"), "contains a query (?)")
  .transform((text) => text.replace(/\/+$/u, ""));

/** An address of scheme, host and port alone, as browsers write an origin. */
export const origin = url
  .refine(
    (text) => /^[^:]+:\/\/[^/?\\]+\/?$/u.test(text),
    "contains more than scheme, host and port",
  )
  .transform((text) => URL.parse(text)?.origin ?? text);
