/**
 * JSON that is ready to be sent, such as what a database has made of a whole selection. A root field with the option
 * `answersText` resolves to it; its text goes out as it is, so it must hold what the selection asks for, under its
 * names.
 */
export class JsonText {
  readonly text: string;
  /** What the result says beside its data. */
  readonly extensions: Readonly<Record<string, unknown>> | undefined;

  constructor(text: string, extensions?: Readonly<Record<string, unknown>>) {
    this.text = text;
    this.extensions = extensions;
  }

  /** For whoever writes a result out without knowing of ready texts. */
  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}
