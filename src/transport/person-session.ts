import type { PersonSession, PersonSessions, SignIn } from "../oauth/person-sessions.ts";
import type { CookieKeys } from "./cookie-keys.ts";
import { clearCookie, serializeCookie } from "./cookies.ts";

/** A person who is signed in in this browser, and the token that their forms carry. */
export interface SignedInPerson extends PersonSession {
  readonly csrfToken: string;
}

type Cookies = ReadonlyMap<string, string>;

/** The browser's side of a person's session: a cookie with the token, and form tokens made of it. */
export interface People {
  /** Who is signed in in the browser of these cookies. */
  find(cookies: Cookies): Promise<SignedInPerson | undefined>;
  /** Signs in: a new session in place of the browser's old one. The value is for Set-Cookie. */
  signIn(cookies: Cookies, signIn: SignIn): Promise<string>;
  /** Signs out. The value is for Set-Cookie. */
  signOut(cookies: Cookies): Promise<string>;
  /** Whether a form was made for this person's session: the defence against cross-site posts. */
  isFormOf(person: SignedInPerson, csrfToken: string): boolean;
}

/** Ties sessions to browsers. */
export const createPeople = (sessions: PersonSessions, keys: CookieKeys): People => ({
  find: async (cookies) => {
    const token = cookies.get(COOKIE_NAME);
    if (token === undefined) return undefined;
    const session = await sessions.find(token);
    return session && { ...session, csrfToken: keys.mac("person-csrf", token) };
  },
  signIn: async (cookies, signIn) => {
    const started = await sessions.start(signIn, cookies.get(COOKIE_NAME));
    const { token: value, maxAgeSeconds } = started;
    return serializeCookie({ name: COOKIE_NAME, value, maxAgeSeconds });
  },
  signOut: async (cookies) => {
    const token = cookies.get(COOKIE_NAME);
    if (token !== undefined) await sessions.end(token);
    return clearCookie(COOKIE_NAME);
  },
  isFormOf: (person, csrfToken) => keys.equal(csrfToken, person.csrfToken),
});

const COOKIE_NAME = "__Host-ghlmcp-session";
