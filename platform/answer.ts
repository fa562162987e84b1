/** An answer that is not a success but is meant: a refusal, or a bounded wait that ran out. */
export class Answer extends Error {
  readonly status: number;
  readonly fields: Record<string, unknown>;

  constructor(status: number, error: string, message: string, fields: Record<string, unknown> = {}) {
    super(message);
    this.name = 'Answer';
    this.status = status;
    this.fields = { error, message, ...fields };
  }
}

/** The database gave no answer within the budget; what it was asked may still happen. */
export class DatabaseTimeout extends Error {
  constructor(what: string) {
    super(`Expected ${what} within the time left to this request, came nothing: look at the database and its endpoint.`);
    this.name = 'DatabaseTimeout';
  }
}
