import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { parseForms, type PageForm } from "./page-forms.ts";

/** A page as it was loaded, or the redirect at which the browser was told to stop. */
export interface Page {
  readonly url: URL;
  readonly status: number;
  /** Lower-case names; several cookies are joined by a line break. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  readonly forms: readonly PageForm[];
  /** The address that was not followed because the stop predicate took it. */
  readonly stoppedAt?: URL;
}

/** A page of another site, as the place that a form is posted from. */
export const EVIL: Page = {
  url: new URL("https://evil.example/"),
  status: 200,
  headers: new Map(),
  body: "",
  forms: [],
};

/** What a person does on a form: values by field name; an array checks several boxes, null leaves out. */
export type FormInput = Readonly<Record<string, string | readonly string[] | null>>;

/** How far to go. */
export interface Visit {
  /** Redirects to such an address are not followed: `page.stoppedAt` has it. */
  readonly stop?: (url: URL) => boolean;
}

/** A browser without pictures: cookies, redirects, forms, and the headers that browsers send by themselves. */
export interface Browser {
  get(url: string | URL, visit?: Visit): Promise<Page>;
  post(
    url: string | URL,
    fields: FormInput,
    visit?: Visit & { readonly from?: Page },
  ): Promise<Page>;
  /** Submits a form of a page, by pressing `button` where it has several. */
  submitForm(
    page: Page,
    options?: Visit & {
      readonly form?: PageForm;
      readonly fields?: FormInput;
      /** Text or value of the submit button. */
      readonly button?: string;
    },
  ): Promise<Page>;
  /** The cookies that a request to this address would carry. */
  cookiesFor(url: string | URL): ReadonlyMap<string, string>;
  clearCookies(): void;
}

/** Creates a browser with an empty cookie jar. */
export function createBrowser(): Browser {
  const jar = new Map<string, Map<string, string>>();

  const cookiesFor = (url: string | URL): Map<string, string> => {
    const { hostname } = new URL(url);
    const cookies = jar.get(hostname) ?? new Map<string, string>();
    jar.set(hostname, cookies);
    return cookies;
  };

  const load = async (first: Step, visit: Visit): Promise<Page> => {
    let step = first;
    for (let hops = 0; hops < 20; hops += 1) {
      const page = await send(step, cookiesFor(step.url));
      keepCookies(cookiesFor(step.url), page.headers.get("set-cookie"));
      const location = page.headers.get("location");
      if (page.status < 300 || page.status > 399 || location === undefined) return page;
      const next = new URL(location, step.url);
      if (visit.stop?.(next) === true) return { ...page, stoppedAt: next };
      // 307 and 308 repeat the method; the others become a GET (RFC 9110 §15.4)
      const repeats = page.status === 307 || page.status === 308;
      const site = step.site === "cross-site" ? "cross-site" : siteOf(step.url, next, step.site);
      step = repeats ? { ...step, url: next, site } : { method: "GET", url: next, site };
    }
    throw new Error(`more than 20 redirects from ${first.url.href}`);
  };

  const post: Browser["post"] = async (url, fields, { from, ...visit } = {}) => {
    const target = new URL(url);
    return load(
      {
        method: "POST",
        url: target,
        body: encode(fields).toString(),
        origin: originOf(from),
        site: from === undefined ? "none" : siteOf(from.url, target, "same-origin"),
      },
      visit,
    );
  };

  return {
    get: async (url, visit = {}) => load({ method: "GET", url: new URL(url), site: "none" }, visit),
    post,
    submitForm: async (page, { button, fields = {}, form = page.forms[0], ...visit } = {}) => {
      if (form === undefined) throw new Error(`no form on ${page.url.href}:\n${page.body}`);
      const pressed = form.buttons.find((one) => one.text === button || one.value === button);
      if (button !== undefined && pressed === undefined) {
        throw new Error(`no button "${button}" on ${page.url.href}:\n${page.body}`);
      }
      const input: FormInput = {
        ...form.fields,
        ...(pressed?.name === undefined ? {} : { [pressed.name]: pressed.value }),
        ...fields,
      };
      const action = new URL(pressed?.action ?? form.action, page.url);
      if (form.method === "POST") return post(action, input, { ...visit, from: page });
      action.search = encode(input).toString();
      return load(
        { method: "GET", url: action, site: siteOf(page.url, action, "same-origin") },
        visit,
      );
    },
    cookiesFor,
    clearCookies: () => jar.clear(),
  };
}

type Site = "none" | "same-origin" | "same-site" | "cross-site";

interface Step {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly site: Site;
  readonly body?: string;
  readonly origin?: string;
}

function siteOf(from: URL, to: URL, before: Site): Site {
  if (before === "none") return "none";
  if (from.origin === to.origin) return before;
  return from.hostname === to.hostname ? "same-site" : "cross-site";
}

/** A page that forbids the referrer makes browsers send `Origin: null` with its forms (Fetch standard). */
function originOf(from: Page | undefined): string {
  if (from === undefined) return "null";
  return from.headers.get("referrer-policy") === "no-referrer" ? "null" : from.url.origin;
}

function encode(fields: FormInput): URLSearchParams {
  const encoded = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) continue;
    for (const one of typeof value === "string" ? [value] : value) encoded.append(name, one);
  }
  return encoded;
}

/** SameSite=Lax: a POST from another site carries no cookies; every cookie of ours is Lax. */
async function send(step: Step, cookies: ReadonlyMap<string, string>): Promise<Page> {
  const withCookies = cookies.size > 0 && !(step.method === "POST" && step.site === "cross-site");
  const headers: Record<string, string> = {
    accept: "text/html,application/xhtml+xml,*/*;q=0.8",
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
    "sec-fetch-site": step.site,
    "sec-fetch-user": "?1",
    "user-agent": "Mozilla/5.0 (test browser)",
    ...(withCookies
      ? { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") }
      : {}),
    ...(step.body === undefined
      ? {}
      : { "content-type": "application/x-www-form-urlencoded", origin: step.origin ?? "null" }),
  };
  return new Promise((resolve, reject) => {
    const send = step.url.protocol === "https:" ? httpsRequest : httpRequest;
    const request = send(step.url, { method: step.method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const body = Buffer.concat(chunks).toString("utf8");
        const received = Object.entries(response.headers).flatMap(([name, value]) =>
          value === undefined
            ? []
            : [[name, Array.isArray(value) ? value.join("\n") : value] as const],
        );
        resolve({
          url: step.url,
          status: response.statusCode ?? 0,
          headers: new Map(received),
          body,
          forms: parseForms(body),
        });
      });
    });
    request.on("error", reject);
    request.end(step.body);
  });
}

function keepCookies(cookies: Map<string, string>, header: string | undefined): void {
  for (const line of header?.split("\n") ?? []) {
    const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
    const equals = pair.indexOf("=");
    const name = pair.slice(0, equals);
    const gone = attributes.some((one) => /^max-age=(?:0|-\d+)$/iu.test(one));
    checkPrefix(name, attributes);
    if (gone) cookies.delete(name);
    else cookies.set(name, pair.slice(equals + 1));
  }
}

/** Browsers drop a `__Host-` cookie that lacks what the prefix promises; here it is an error. */
function checkPrefix(name: string, attributes: readonly string[]): void {
  if (!name.startsWith("__Host-")) return;
  const lower = attributes.map((one) => one.toLowerCase());
  const sound =
    lower.includes("secure") &&
    lower.includes("path=/") &&
    !lower.some((one) => one.startsWith("domain="));
  if (!sound) throw new Error(`cookie ${name} would be dropped: ${attributes.join("; ")}`);
}
