/** The files that the commands exchange unless others are named. */

/** Events, which `generate` writes. */
export const EVENTS_FILE = 'data/raw_events.csv';

/** Users and their features, which `features` writes. */
export const FEATURES_FILE = 'data/user_features.csv';

/** What `backtest` found. */
export const BACKTEST_FILE = 'data/backtest.json';
