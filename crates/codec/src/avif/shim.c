#include "shim.h"

#include <avif/avif.h>

#include <stdio.h>

#if AVIF_VERSION < 110000
#error "libavif 0.11 or later is needed"
#endif

// Writes what went wrong: the library's result, and its diagnosis if it has one.
static void explain(char * error, avifResult result, const avifDiagnostics * diag)
{
    if (diag && diag->error[0]) {
        snprintf(error, PALMETTE_AVIF_ERROR_BYTES, "%s: %s", avifResultToString(result), diag->error);
    } else {
        snprintf(error, PALMETTE_AVIF_ERROR_BYTES, "%s", avifResultToString(result));
    }
}

// Sets the options of libaom. The prefixes "c:" and "a:" mean colour and alpha.
static void set_options(avifEncoder * encoder, const palmette_avif_params * params)
{
    char quantizer[16];
    snprintf(quantizer, sizeof(quantizer), "%u", (unsigned)params->quantizer);
    // Constant quality: one quantizer decides, and the range leaves it free.
    avifEncoderSetCodecSpecificOption(encoder, "c:end-usage", "q");
    avifEncoderSetCodecSpecificOption(encoder, "c:cq-level", quantizer);
    // Quantisation matrices: coarser steps for what the eye sees less.
    avifEncoderSetCodecSpecificOption(encoder, "c:enable-qm", "1");
    avifEncoderSetCodecSpecificOption(encoder, "c:qm-min", "2");
    avifEncoderSetCodecSpecificOption(encoder, "c:qm-max", "10");
}

static avifResult encode(avifEncoder * encoder,
                         avifImage * image,
                         const uint8_t * rgba,
                         const palmette_avif_params * params,
                         avifRWData * file)
{
    // sRGB, with the matrix of JPEG and its full range.
    image->colorPrimaries = AVIF_COLOR_PRIMARIES_BT709;
    image->transferCharacteristics = AVIF_TRANSFER_CHARACTERISTICS_SRGB;
    image->matrixCoefficients = AVIF_MATRIX_COEFFICIENTS_BT601;
    image->yuvRange = AVIF_RANGE_FULL;

    avifRGBImage rgb;
    avifRGBImageSetDefaults(&rgb, image);
    rgb.format = AVIF_RGB_FORMAT_RGBA;
    rgb.ignoreAlpha = params->has_alpha ? AVIF_FALSE : AVIF_TRUE;
    rgb.pixels = (uint8_t *)rgba; // only read
    rgb.rowBytes = image->width * 4;
    const avifResult result = avifImageRGBToYUV(image, &rgb);
    if (result != AVIF_RESULT_OK) {
        return result;
    }
    encoder->codecChoice = AVIF_CODEC_CHOICE_AOM;
    encoder->maxThreads = 1;
    encoder->speed = 9;
    encoder->minQuantizer = AVIF_QUANTIZER_BEST_QUALITY;
    encoder->maxQuantizer = AVIF_QUANTIZER_WORST_QUALITY;
    encoder->minQuantizerAlpha = AVIF_QUANTIZER_LOSSLESS;
    encoder->maxQuantizerAlpha = AVIF_QUANTIZER_LOSSLESS;
    set_options(encoder, params);
    return avifEncoderWrite(encoder, image, file);
}

uint8_t * palmette_avif_encode(const uint8_t * rgba,
                               uint32_t width,
                               uint32_t height,
                               const palmette_avif_params * params,
                               size_t * file_len,
                               char * error)
{
    avifRWData file = AVIF_DATA_EMPTY;
    avifImage * image = avifImageCreate(width, height, 8, params->full_chroma ? AVIF_PIXEL_FORMAT_YUV444 : AVIF_PIXEL_FORMAT_YUV420);
    avifEncoder * encoder = avifEncoderCreate();
    avifResult result = AVIF_RESULT_OUT_OF_MEMORY;
    if (image && encoder) {
        result = encode(encoder, image, rgba, params, &file);
    }
    if (result != AVIF_RESULT_OK) {
        explain(error, result, encoder ? &encoder->diag : NULL);
        avifRWDataFree(&file);
    }
    if (encoder) {
        avifEncoderDestroy(encoder);
    }
    if (image) {
        avifImageDestroy(image);
    }
    *file_len = file.size;
    return file.data;
}

void palmette_avif_free(uint8_t * file)
{
    avifFree(file);
}
