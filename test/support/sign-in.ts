import { type Browser, createBrowser, type FormInput, type Page } from "./browser.ts";

/** What a person does on the way: on our consent page, then on GoHighLevel's own page. */
export interface SignInChoices {
  /** Defaults to a new browser without cookies. */
  readonly browser?: Browser;
  /** Which of GoHighLevel's choices to take: a location id, or `company`. Default: the first. */
  readonly choose?: string;
  /** Fields of the consent form to change. */
  readonly consent?: FormInput;
  /** The redirect URI of the client, where the browser stops. */
  readonly redirectUri: string;
}

/** Walks an authorization URL through consent and sign-in, and gives the address of the callback. */
export async function signIn(authorizationUrl: URL, choices: SignInChoices): Promise<URL> {
  const browser = choices.browser ?? createBrowser();
  const stop = (url: URL): boolean => url.href.startsWith(choices.redirectUri);
  const consent = await browser.get(authorizationUrl, { stop });
  if (consent.stoppedAt !== undefined) return consent.stoppedAt;
  const chooser = await browser.submitForm(consent, {
    button: "approve",
    fields: { ...otherAccount(consent, choices), ...choices.consent },
    stop,
  });
  if (chooser.stoppedAt !== undefined) return chooser.stoppedAt;
  const done = await browser.submitForm(chooser, {
    button: "allow",
    ...(choices.choose === undefined ? {} : { fields: { choice: choices.choose } }),
    stop,
  });
  if (done.stoppedAt === undefined) {
    throw new Error(`the sign-in ended on ${done.url.href} (${done.status}):\n${done.body}`);
  }
  return done.stoppedAt;
}

/** A browser that is signed in is offered its account: whoever wants to choose has to say so. */
function otherAccount(consent: Page, { choose }: SignInChoices): FormInput {
  const isOffered = consent.forms[0]?.choices["connection"] !== undefined;
  return isOffered && choose !== undefined ? { connection: "other" } : {};
}
