import { definePrompt } from "./prompt.ts";

/** What is wrong with the address book. */
export const contactCleanUp = definePrompt({
  name: "contact_clean_up",
  title: "Contact clean-up",
  description: "Duplicates, missing data and inconsistent tags, with a plan to approve.",
  areas: ["contacts"],
  arguments: [{ name: "tag", description: "Only contacts with this tag" }],
  toSteps: ({ tag }, where) => [
    `Check the contacts in ${where}${tag === undefined ? "" : ` that have the tag ${JSON.stringify(tag)}`}. Change nothing before I approve the plan.`,
    "Read them with search_contacts, following next_cursor, at most 500 contacts; say if there are more.",
    "Find likely duplicates (same phone in another spelling, same email, same name with the same company), contacts with neither phone nor email, phone numbers without a country code, and names in capitals or lower case throughout.",
    "Find tags that differ only in case, plural or spelling, and tags that a single contact has.",
    "Give a table per kind of problem with counts and up to ten examples, then a plan: which call for which contacts.",
    "After my approval make the changes one kind at a time, report after each kind, and never delete or merge a contact that I did not name.",
  ],
});
