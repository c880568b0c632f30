import { toFieldRules } from "../gate/field-rules.ts";
import { answer, type Outcome } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, type Route } from "../gate/route.ts";
import { textsOf } from "./field-texts.ts";
import { contactRecord, getContact } from "./read-contacts.ts";

const { write } = createRouteFamily({ read: "contacts.readonly", write: "contacts.write" });
const shared = {
  location: contactRecord,
  body: () => toFieldRules("followers:strings!"),
} as const;

/** The endpoints that add and remove the followers of a contact. */
export const contactFollowerRoutes: readonly Route[] = [
  write("POST /contacts/:id/followers", {
    ...shared,
    handle: (call) => {
      const { followers, changed } = addFollowers(getContact(call).followers, call);
      setFollowers(call, followers);
      return answer(201, { followers, followersAdded: changed });
    },
  }),
  write("DELETE /contacts/:id/followers", { ...shared, handle: (call) => remove(call) }),
];

const remove = (call: ApiCall): Outcome => {
  const { followers, changed } = removeFollowers(getContact(call).followers, call);
  setFollowers(call, followers);
  return answer(200, { followers, followersRemoved: changed });
};

const setFollowers = (call: ApiCall, followers: readonly string[]): void => {
  const contact = getContact(call);
  call.world.contacts.set(contact.id, { ...contact, followers, dateUpdated: call.now });
};

/** What a change of followers came to. */
export interface FollowerChange {
  readonly followers: string[];
  /** Those of the request that were not there before, or were. */
  readonly changed: string[];
}

/** The followers of a record with those that the body names. */
export const addFollowers = (
  old: readonly string[] = [],
  { body }: Pick<ApiCall, "body">,
): FollowerChange => {
  const changed = [...new Set(textsOf(body["followers"]))].filter((id) => !old.includes(id));
  return { followers: [...old, ...changed], changed };
};

/** The followers of a record without those that the body names. */
export const removeFollowers = (
  old: readonly string[] = [],
  { body }: Pick<ApiCall, "body">,
): FollowerChange => {
  const named = textsOf(body["followers"]);
  return {
    followers: old.filter((id) => !named.includes(id)),
    changed: old.filter((id) => named.includes(id)),
  };
};
