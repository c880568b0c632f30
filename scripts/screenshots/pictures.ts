/** A picture of a page, in light and in dark: `<name>-light.png` and `<name>-dark.png`. */
export interface Picture {
  readonly name: string;
  /** What the reader sees on it, for those who cannot. */
  readonly shows: string;
}

/** Every page that a person can meet, in the order in which they are shown. */
export const PICTURES = [
  { name: "home", shows: "The start page: the address, health, and how each client is connected" },
  {
    name: "consent",
    shows: "The consent page: who asks, how much it may do, and in which account",
  },
  { name: "private-token", shows: "The form for a private integration token" },
  { name: "claim", shows: "The page that asks whether an installation is yours" },
  {
    name: "connections",
    shows: "The connections page: an agency, how it is, its token, clients and locations",
  },
  { name: "disconnect", shows: "The page that asks before an account is disconnected" },
  {
    name: "grants",
    shows: "The grants page: the clients that were let in, each with a revoke button",
  },
  {
    name: "activity",
    shows: "The activity page: a filter, and events with time, client and account",
  },
  { name: "usage", shows: "The usage page: bars of calls per hour and meters of what is left" },
  { name: "error", shows: "An error page: what happened, what to do, and a request id" },
] as const satisfies readonly Picture[];

/** The name of one of {@link PICTURES}. */
export type PictureName = (typeof PICTURES)[number]["name"];
