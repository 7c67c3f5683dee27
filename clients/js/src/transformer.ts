/**
 * The tree of a picture, and how it becomes the flat list that the server gets.
 */

import type { Connection } from "./connection.js";
import { Code, clientError } from "./error.js";
import { Form, type Part } from "./form.js";
import { Renditions } from "./renditions.js";
import { TransformationResult } from "./result.js";
import { isSource, Source } from "./source.js";
import type {
  BindingTransformer,
  DrawOptions,
  ImageRenditions,
  ImageSource,
  ImageTransformationResult,
  ImageTransformer,
  OutputOptions,
  RenditionOptions,
  TextOptions,
  TransformOptions,
} from "./types.js";

/** What a picture starts with: bytes, or a text to set. */
export type Canvas = { readonly source: Source } | { readonly text: string; readonly options: TextOptions };

type Step =
  | { readonly kind: "transform"; readonly options: TransformOptions }
  | { readonly kind: "draw"; readonly child: Transformer; readonly options: DrawOptions | undefined };

/** What a tree is flattened into: the sources in the order of their indices, and the list of what is done to them. */
interface Flat {
  readonly sources: Part[];
  readonly operations: object[];
}

/** A node of the tree: a canvas and the steps that follow. */
export class Transformer implements ImageTransformer {
  readonly #connection: Connection;
  readonly #canvas: Canvas;
  readonly #steps: Step[] = [];
  #consumed = false;

  /** @param connection Where `output()` sends the tree to */
  constructor(connection: Connection, canvas: Canvas) {
    this.#connection = connection;
    this.#canvas = canvas;
  }

  /** @inheritDoc */
  transform(options: TransformOptions): this {
    this.#steps.push({ kind: "transform", options });
    return this;
  }

  /** @inheritDoc */
  draw(image: ImageSource | BindingTransformer, options?: DrawOptions): this {
    const child = this.#child(image);
    child.#consume();
    this.#steps.push({ kind: "draw", child, options });
    return this;
  }

  /** @inheritDoc */
  async output(options: OutputOptions): Promise<ImageTransformationResult> {
    const answer = await this.#send(outputParts(options));
    return new TransformationResult(answer.headers, () => answer.body);
  }

  /** @inheritDoc */
  outputs(results: readonly RenditionOptions[]): ImageRenditions {
    if (!Array.isArray(results)) {
      throw new TypeError(`outputs() takes a list of outputs, not ${String(results)}`);
    }
    const value = JSON.stringify(results.map(outputEntry));
    return new Renditions(this.#send([{ name: "outputs", value }]), results.length);
  }

  /** Sends the tree with what is wanted of it, and waits for the head of the answer. */
  async #send(wanted: readonly Part[]): Promise<Response> {
    this.#consume();
    const { sources, operations } = this.#flatten();
    const transforms = { name: "transforms", value: JSON.stringify(operations) };
    return await this.#connection.post("TRANSFORM", new Form([...sources, transforms, ...wanted]));
  }

  #child(image: ImageSource | BindingTransformer): Transformer {
    if (isSource(image)) {
      return new Transformer(this.#connection, { source: new Source("draw", image) });
    }
    if (typeof image === "object" && image !== null && #steps in image) {
      return image;
    }
    throw new TypeError(`draw() takes what input() takes, or a transformer of this client, not ${String(image)}`);
  }

  /** Marks this node as used; a second use is an error. */
  #consume(): void {
    if (this.#consumed) {
      throw clientError(
        "TRANSFORM",
        Code.Consumed,
        "this transformer was output or drawn before, which is possible once",
      );
    }
    this.#consumed = true;
  }

  /**
   * Walks the tree depth first. A node gets the next index when its source is listed, which is before the sources drawn on
   * it; its own steps stand before the draw that uses it.
   */
  #flatten(flat: Flat = { sources: [], operations: [] }): Flat {
    const index = flat.sources.length;
    flat.sources.push(canvasPart(this.#canvas, index));
    for (const step of this.#steps) {
      if (step.kind === "transform") {
        flat.operations.push({ imageIndex: index, ...step.options });
      } else {
        const drawImageIndex = flat.sources.length;
        step.child.#flatten(flat);
        flat.operations.push({ drawImageIndex, targetImageIndex: index, ...step.options });
      }
    }
    return flat;
  }
}

function canvasPart(canvas: Canvas, index: number): Part {
  if ("source" in canvas) {
    return { name: index === 0 ? "image" : "draw_image", value: canvas.source };
  }
  const { font, size, color } = canvas.options;
  const value = JSON.stringify({ text: canvas.text, font, size, color });
  return { name: index === 0 ? "text_input" : "draw_text", value };
}

function outputParts({ format, quality, background, anim }: OutputOptions): Part[] {
  const parts = [{ name: "output_format", value: String(format) }];
  for (const [name, value] of Object.entries({ output_quality: quality, background, anim })) {
    if (value !== undefined) {
      parts.push({ name, value: String(value) });
    }
  }
  return parts;
}

/** Writes one of several outputs by the names of the wire. What it is not known to have is for the server to refuse. */
function outputEntry({ transforms, format, quality, ...others }: RenditionOptions): object {
  return { transforms, output_format: format, output_quality: quality, ...others };
}
