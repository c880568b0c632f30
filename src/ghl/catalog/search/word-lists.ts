const toSet = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** Words that carry no meaning of their own in a request. */
export const STOP_WORDS = toSet(
  "a an the and or but of to in on at for from with by about into onto under over up out off away as so " +
    "i me my mine we us our ours you your he him his she her hers they them their it its s t ll re ve " +
    "this that these those there here is are was were be been being am do does did done has have had " +
    "can could would should will shall may might must let lets please pls plz hey hi hello thanks " +
    "need needs want wants like just now right some any what which who whom when where why how much " +
    "if then than no not yes too also very again more most named called name through via go goes " +
    "going went come comes came got gotten thing things something anything d m isn don kindly quickly " +
    "currently still yet ever last next latest recent recently long use using used between " +
    "way ways possible possibly maybe perhaps actually really simply mind help chance able hoping trying " +
    "don't dont isn't isnt can't cant doesn't doesnt didn't didnt won't wasn't aren't haven't hasn't " +
    "bucks dollar dollars euro euros pound pounds quid usd eur gbp cents " +
    "after before during since until ago know new @id @end",
);

/** Verbs that say nothing about the thing, as "record a payment" and "download the file" do. */
export const EMPTY_VERBS = toSet(
  "show list find get see view read check search fetch display lookup look pull bring give grant tell " +
    "retrieve browse add create make new save enter build generate insert set put setup change edit " +
    "update modify fix correct adjust delete remove erase drop discard scrap bin trash wipe kick rid " +
    "take throw adding making creating getting setting putting deleting removing changing editing updating " +
    "showing finding taking seeing giving throw close clear destroy let how no work alter amend tweak mark turn switch",
);

/** Words that begin or hold a question: reading is meant where no verb says otherwise. */
export const ASKING = toSet(
  "what which who when where why how is are does do did has have was were details detail",
);

/** Words that a question begins with: whatever verb follows, something is to be read. */
export const QUESTION_STARTS = toSet(
  "what which who whose when where why how is are was were does do did has have had any anything " +
    "anybody anyone am",
);

/** Words that mean many records, whatever else is said. */
export const ALL = toSet("all every everyone everybody list those these");

/** Words that mean one record. */
export const ONE = toSet("one single details detail id @id");

/** Words that mean many records where none of `ONE` is said. */
export const MANY = toSet("many which who everything our find search lookup");
