// What no committed line may speak of: the place, the tools and the people the project was made with.
// Written so as not to find itself.

/** Paths and names of the place, of its tools, of registries; numbers of issues. */
export const FOREIGN = new RegExp(
  [
    "/wo" + "rk/",
    "/tm" + "p/brief",
    "\\.\\./shar" + "ed",
    "\\b(hel" + "per|sess" + 'ion) (of the project|started|"(scenario|reset|judge|tap|replay|lab))',
    "\\biss" + "ue #?\\d",
    "registry\\.npm" + "js",
    "\\b(Cla" + "ude|Anth" + "ropic|Chat" + "GPT|Co" + "pilot)\\b",
  ].join("|"),
);
