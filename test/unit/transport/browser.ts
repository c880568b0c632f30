/** A browser without a window: cookies by name, no redirect followed, forms as a browser sends them. */
export interface Browser {
  readonly cookies: Map<string, string>;
  get(url: string, headers?: Record<string, string>): Promise<Response>;
  /** Submits the form of a page with the button that has this value, after changing fields. */
  submit(
    page: { readonly url: string; readonly html: string },
    button: string,
    change?: (form: URLSearchParams) => void,
  ): Promise<Response>;
  post(url: string, body: URLSearchParams, headers?: Record<string, string>): Promise<Response>;
}

/** Makes a browser with an empty cookie jar. */
export const createBrowser = (): Browser => {
  const cookies = new Map<string, string>();
  const send = async (url: string, init: RequestInit): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, {
      ...init,
      redirect: "manual",
      headers: {
        accept: "text/html,application/xhtml+xml",
        ...(cookie !== "" && { cookie }),
        ...(init.headers as Record<string, string> | undefined),
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/u.exec(line) ?? [];
      if (/Max-Age=0/u.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
  const browser: Browser = {
    cookies,
    get: (url, headers = {}) => send(url, { headers }),
    post: (url, body, headers = {}) =>
      send(url, {
        method: "POST",
        body: body.toString(),
        headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      }),
    submit: (page, button, change = () => {}) => {
      const form = readForm(page.html);
      form.set("decision", button);
      change(form);
      // What Chromium sends from a page with `Referrer-Policy: no-referrer`.
      return browser.post(new URL("/oauth/consent", page.url).href, form, {
        origin: "null",
        "sec-fetch-site": "same-origin",
      });
    },
  };
  return browser;
};

/** The fields of the first form as they stand. */
export const readForm = (html: string): URLSearchParams => {
  const form = new URLSearchParams();
  for (const [input] of html.matchAll(/<input\b[^>]*>/gu)) {
    const attribute = (name: string): string =>
      new RegExp(`\\b${name}="([^"]*)"`, "u").exec(input)?.[1] ?? "";
    if (attribute("type") !== "hidden" && !/\schecked\b/u.test(input)) continue;
    form.append(attribute("name"), attribute("value"));
  }
  return form;
};
