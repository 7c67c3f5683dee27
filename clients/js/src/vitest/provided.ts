/** The name under which tests are told where pictures are checked. */
export const PROVIDED = "palmettePictures";
