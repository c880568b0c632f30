import { toFieldRules } from "../gate/field-rules.ts";
import { answer } from "../gate/outcome.ts";
import { type ApiCall, LOCATION_CALLERS, type Route } from "../gate/route.ts";
import { normalizeTags } from "./contact-body.ts";
import { contactRecord, getContact } from "./read-contacts.ts";

const shared = {
  path: "/contacts/:id/tags",
  versions: "all",
  scope: "contacts.write",
  callers: LOCATION_CALLERS,
  location: contactRecord,
  body: () => toFieldRules("tags:strings!"),
} as const;

/** The endpoints that add and remove tags. */
export const contactTagRoutes: readonly Route[] = [
  {
    ...shared,
    method: "POST",
    handle: (call) =>
      answer(
        201,
        changeTags(call, (old, given) => [...new Set([...old, ...given])]),
      ),
  },
  {
    ...shared,
    method: "DELETE",
    handle: (call) =>
      answer(
        200,
        changeTags(call, (old, given) => old.filter((tag) => !given.includes(tag))),
      ),
  },
];

const changeTags = (
  call: ApiCall,
  change: (old: readonly string[], given: readonly string[]) => string[],
): { readonly tags: readonly string[] } => {
  const contact = getContact(call);
  const tags = change(contact.tags, normalizeTags((call.body["tags"] ?? []) as unknown[]));
  call.world.contacts.set(contact.id, { ...contact, tags, dateUpdated: call.now });
  learnTags(call, contact.locationId, tags);
  return { tags };
};

/** Adds tags that a location has not seen to its list. */
export const learnTags = (
  { world, newId }: Pick<ApiCall, "world" | "newId">,
  locationId: string,
  tags: readonly string[],
): void => {
  for (const name of tags) {
    if (!world.tags.some((tag) => tag.locationId === locationId && tag.name === name)) {
      world.tags.push({ id: newId(), locationId, name });
    }
  }
};
