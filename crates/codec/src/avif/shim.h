// A narrow face of libavif, so that no struct of it has to be described in Rust: their layouts differ between the releases of
// Debian 12 (0.11) and Ubuntu 24.04 (1.0), and a C compiler reads them from the header of the one that is installed.
//
// Every function that can fail writes a text to `error`, which has PALMETTE_AVIF_ERROR_BYTES bytes, and the text ends in a zero.

#ifndef PALMETTE_AVIF_SHIM_H
#define PALMETTE_AVIF_SHIM_H

#include <stddef.h>
#include <stdint.h>

#define PALMETTE_AVIF_ERROR_BYTES 512

// What the container says of a picture. Mirrored in shim.rs.
typedef struct palmette_avif_info
{
    uint32_t width; // as stored
    uint32_t height;
    uint32_t frames;
    uint32_t crop_x; // the part to show, inside the stored size
    uint32_t crop_y;
    uint32_t crop_width;
    uint32_t crop_height;
    uint32_t quarter_turns_ccw; // 0 to 3, after the crop
    uint32_t mirror_x;          // 1: left and right are exchanged, after the turn
    uint32_t mirror_y;          // 1: top and bottom are exchanged, after the turn
    uint32_t is_gray;           // 1: there is no chroma
    uint32_t color_primaries;   // CICP, 2 if unspecified
    uint32_t transfer;          // CICP, 2 if unspecified
    const uint8_t * icc;        // NULL if there is none; lives until the picture is closed
    size_t icc_len;
} palmette_avif_info;

typedef struct palmette_avif palmette_avif;

// Opens a picture and reads its container; `data` must outlive it. `max_area_px` bounds what its bitstream may claim.
// Returns NULL on failure.
palmette_avif * palmette_avif_open(const uint8_t * data,
                                   size_t len,
                                   uint32_t max_area_px,
                                   palmette_avif_info * info,
                                   char * error);

// Decodes the first frame to straight RGBA of 8 bits, `width` x `height` as stored, `row_bytes` apart. Returns 0 on failure.
int palmette_avif_decode(palmette_avif * avif, uint8_t * rgba, size_t row_bytes, char * error);

// Closes a picture; NULL is taken.
void palmette_avif_close(palmette_avif * avif);

// How to encode. Mirrored in shim.rs.
typedef struct palmette_avif_params
{
    uint32_t quantizer;   // 0 (best) to 63
    uint32_t full_chroma; // 1: 4:4:4, 0: 4:2:0
    uint32_t has_alpha;   // 0: the fourth byte is ignored
} palmette_avif_params;

// Encodes straight RGBA of 8 bits. Returns a file of `*file_len` bytes, to be freed with palmette_avif_free, or NULL on failure.
uint8_t * palmette_avif_encode(const uint8_t * rgba,
                               uint32_t width,
                               uint32_t height,
                               const palmette_avif_params * params,
                               size_t * file_len,
                               char * error);

// Frees a file; NULL is taken.
void palmette_avif_free(uint8_t * file);

#endif
