// How a test run is told: mocha's own spec listing, then one closing line with the three sums. Under
// CI=true a test that was skipped counts as failed and is named: what did not run proves nothing.

const { reporters } = require("mocha");

module.exports = class Reporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    this.skipped = [];
    runner.on("pending", (test) => this.skipped.push(test.fullTitle()));
  }

  /** Called by mocha once all is over; `exit` takes the number of failures. */
  done(failures, exit) {
    const strict = process.env.CI === "true";
    const counted = strict ? this.skipped.length : 0;
    const failed = failures + counted;
    if (strict) for (const title of this.skipped) console.log(`  not run, so failed: ${title}`);
    const skipped = this.skipped.length > counted ? `, ${this.skipped.length - counted} skipped` : "";
    console.log(`${this.stats.passes} passed, ${failed} failed${skipped}`);
    exit?.(failed);
  }
};
