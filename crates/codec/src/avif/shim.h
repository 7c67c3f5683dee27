// A narrow face of libavif, so that no struct of it has to be described in Rust: their layouts differ between the releases of
// Debian 12 (0.11) and Ubuntu 24.04 (1.0), and a C compiler reads them from the header of the one that is installed.
//
// Every function that can fail writes a text to `error`, which has PALMETTE_AVIF_ERROR_BYTES bytes, and the text ends in a zero.

#ifndef PALMETTE_AVIF_SHIM_H
#define PALMETTE_AVIF_SHIM_H

#include <stddef.h>
#include <stdint.h>

#define PALMETTE_AVIF_ERROR_BYTES 512

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
