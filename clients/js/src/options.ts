// Made of the tables that the server reads requests by: change `crates/protocol`, then run `cargo xtask generate`.

/** A CSS colour: a name, `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`, `rgb()`, `rgba()`, `hsl()` or `hsla()`. */
export type Color = string;

/** The options of one `transform()`, in the order in which they are applied, whatever their order in the object. */
export interface TransformOptions {
  /** Cuts edges off, before anything else. */
  trim?:
    | "border"
    | {
        /** A number of at least 0 (below 1: a fraction of the picture): cut from the top. */
        top?: number;
        /** A number of at least 0 (below 1: a fraction of the picture): cut from the right. */
        right?: number;
        /** A number of at least 0 (below 1: a fraction of the picture): cut from the bottom. */
        bottom?: number;
        /** A number of at least 0 (below 1: a fraction of the picture): cut from the left. */
        left?: number;
        /** A number above 0 (below 1: a fraction of the picture): kept from the left cut on. */
        width?: number;
        /** A number above 0 (below 1: a fraction of the picture): kept from the top cut on. */
        height?: number;
        /** Cut as far as all pixels have one colour. */
        border?:
          | boolean
          | {
              /** The colour of the border. */
              color?: Color;
              /** 0 to 255: how far a channel may be from the colour. */
              tolerance?: number;
              /** A number of at least 0: pixels of border that stay. */
              keep?: number;
            };
      };
  /** Mirrors from left to right (h), from top to bottom (v) or both. */
  flip?: "h" | "v" | "hv";
  /** Turns clockwise by this many degrees. */
  rotate?: 0 | 90 | 180 | 270;
  /** A number of at least 0.5: the width in pixels, after rotation; rounded. */
  width?: number;
  /** A number of at least 0.5: the height in pixels, after rotation; rounded. */
  height?: number;
  /** How the picture fits into width and height; default scale-down. */
  fit?: "scale-down" | "contain" | "cover" | "crop" | "aspect-crop" | "pad" | "squeeze" | "scale-up" | "outside";
  /** Which part of the picture a crop keeps; default center. */
  gravity?:
    | "left"
    | "right"
    | "top"
    | "bottom"
    | "center"
    | "auto"
    | "entropy"
    | "face"
    | {
        /** 0 to 1: from the left (0) to the right (1). */
        x?: number;
        /** 0 to 1: from the top (0) to the bottom (1). */
        y?: number;
        /** Whether the point divides the rest (remainder, the default) or is the middle of the crop (box-center). */
        mode?: "remainder" | "box-center";
      };
  /** 0 to 1: how close a crop by gravity face goes: 1 keeps only the faces; needs a model. */
  zoom?: number;
  /** How a picture is enlarged; default interpolate; generate needs a model. */
  upscale?: "interpolate" | "generate";
  /** Keeps the subject and makes the rest transparent; needs a model. */
  segment?: "foreground";
  /** 0 to 255: multiplies every channel; 0 and 1 do nothing. */
  brightness?: number;
  /** 0 to 255: multiplies the distance from mid grey; 0 and 1 do nothing. */
  contrast?: number;
  /** 0 to 255: brightens the middle tones above 1, darkens them below; 0 and 1 do nothing. */
  gamma?: number;
  /** 0 to 255: multiplies the distance from grey; 0 gives grey, 1 does nothing. */
  saturation?: number;
  /** 0 to 250: blurs by this radius in pixels, rounded; below 1 does nothing. */
  blur?: number;
  /** 0 to 10: sharpens by this strength; 0 does nothing. */
  sharpen?: number;
  /** Drawn under the picture, and around it if fit is pad. */
  background?: Color;
  /** Adds a frame around the picture. */
  border?: {
    /** The colour of the frame. */
    color?: Color;
    /** A number of at least 0: pixels at every side, rounded. */
    width?: number;
    /** A number of at least 0: pixels at the top, rounded. */
    top?: number;
    /** A number of at least 0: pixels at the right, rounded. */
    right?: number;
    /** A number of at least 0: pixels at the bottom, rounded. */
    bottom?: number;
    /** A number of at least 0: pixels at the left, rounded. */
    left?: number;
  };
}

/** How a picture is drawn on another; where neither side of an axis is given, it is in the middle. */
export interface DrawOptions {
  /** 0 to 1: multiplies the alpha of the overlay. */
  opacity?: number;
  /** Tiles the overlay along both axes or along one. */
  repeat?: boolean | string;
  /** How the overlay combines with what is there; default over. */
  composite?: "over" | "in" | "atop" | "out" | "xor" | "lighter";
  /** Pixels between the upper edges, rounded; may be negative. */
  top?: number;
  /** Pixels between the left edges, rounded; may be negative. */
  left?: number;
  /** Pixels between the lower edges, rounded; may be negative. */
  bottom?: number;
  /** Pixels between the right edges, rounded; may be negative. */
  right?: number;
}

/** The form in which the result is wanted. */
export interface OutputOptions {
  /** What the result is encoded as. */
  format: "image/jpeg" | "image/png" | "image/gif" | "image/webp" | "image/avif" | "rgb" | "rgba";
  /** 1 to 100, high, medium-high, medium-low or low: how good a lossy picture is; default 85. */
  quality?: number | "high" | "medium-high" | "medium-low" | "low";
  /** What the result is flattened on, in every format. */
  background?: Color;
  /** Whether animations stay animated. */
  anim?: boolean;
}

/** What can stand in the `font` of a text beside its URL. It is Palmette's own: the binding does not type it. */
export interface TextLayout {
  /** A number above 0: pixels that a line may take, longer ones break; default none. */
  maxWidth?: number;
  /** On which side lines meet; default where the text begins. */
  align?: "left" | "center" | "right";
  /** 0.1 to 10: from one baseline to the next, times the size; default as the font says. */
  lineHeight?: number;
  /** -1000 to 1000: pixels added after each letter; default 0. */
  letterSpacing?: number;
  /** 1 to 1000: the weight of a variable font (wght), 400 for regular, 700 for bold. */
  weight?: number;
  /** A number above 0, at most 1000: the width of the glyphs of a variable font (wdth) in percent. */
  width?: number;
  /** -90 to 90: the slant of a variable font (slnt) in degrees, below 0 to the right. */
  slant?: number;
  /** 0 to 1: how italic a variable font is (ital). */
  italic?: number;
  /** A number above 0, at most 4096: the size that a variable font is designed for (opsz). */
  opticalSize?: number;
  /** Any other axes of a variable font, by their tags. */
  axes?: Record<string, number>;
}
