#include "shim.h"

#include <avif/avif.h>

#include <stdio.h>

#if AVIF_VERSION < 110000
#error "libavif 0.11 or later is needed"
#endif

// Frames of a sequence at most: 18 minutes at 60 a second.
#define MAX_FRAMES 65536

struct palmette_avif
{
    avifDecoder * decoder;
    uint32_t width;
    uint32_t height;
};

// Writes what went wrong: the library's result, and its diagnosis if it has one.
static void explain(char * error, avifResult result, const avifDiagnostics * diag)
{
    if (diag && diag->error[0]) {
        snprintf(error, PALMETTE_AVIF_ERROR_BYTES, "%s: %s", avifResultToString(result), diag->error);
    } else {
        snprintf(error, PALMETTE_AVIF_ERROR_BYTES, "%s", avifResultToString(result));
    }
}

static void describe(const avifDecoder * decoder, palmette_avif_info * info)
{
    const avifImage * image = decoder->image;
    avifCropRect crop = { 0, 0, image->width, image->height };
    // A crop that makes no sense is ignored, as browsers do.
    if (image->transformFlags & AVIF_TRANSFORM_CLAP) {
        avifCropRect rect;
        avifDiagnostics diag;
        avifDiagnosticsClearError(&diag);
        if (avifCropRectConvertCleanApertureBox(&rect, &image->clap, image->width, image->height, image->yuvFormat, &diag) &&
            rect.width > 0 && rect.height > 0) {
            crop = rect;
        }
    }
    info->width = image->width;
    info->height = image->height;
    info->frames = decoder->imageCount > 0 ? (uint32_t)decoder->imageCount : 0;
    info->crop_x = crop.x;
    info->crop_y = crop.y;
    info->crop_width = crop.width;
    info->crop_height = crop.height;
    info->quarter_turns_ccw = (image->transformFlags & AVIF_TRANSFORM_IROT) ? image->irot.angle & 3u : 0;
    info->mirror_x = 0;
    info->mirror_y = 0;
    if (image->transformFlags & AVIF_TRANSFORM_IMIR) {
#if AVIF_VERSION >= 1000000
        const int left_right = image->imir.axis == 1;
#else
        const int left_right = image->imir.mode == 1;
#endif
        info->mirror_x = left_right;
        info->mirror_y = !left_right;
    }
    info->is_gray = image->yuvFormat == AVIF_PIXEL_FORMAT_YUV400;
    info->color_primaries = image->colorPrimaries;
    info->transfer = image->transferCharacteristics;
    info->icc = image->icc.size > 0 ? image->icc.data : NULL;
    info->icc_len = image->icc.size;
}

palmette_avif * palmette_avif_open(const uint8_t * data,
                                   size_t len,
                                   uint32_t max_area_px,
                                   palmette_avif_info * info,
                                   char * error)
{
    palmette_avif * avif = avifAlloc(sizeof(*avif));
    if (!avif) {
        explain(error, AVIF_RESULT_OUT_OF_MEMORY, NULL);
        return NULL;
    }
    avif->decoder = avifDecoderCreate();
    if (!avif->decoder) {
        explain(error, AVIF_RESULT_OUT_OF_MEMORY, NULL);
        palmette_avif_close(avif);
        return NULL;
    }
    avifDecoder * decoder = avif->decoder;
    decoder->maxThreads = 1;
    // The orientation of an AVIF is in its boxes; the one of its EXIF does not count.
    decoder->ignoreExif = AVIF_TRUE;
    decoder->ignoreXMP = AVIF_TRUE;
    // A table can claim millions of frames in a few bytes, and the library makes room for each.
    decoder->imageCountLimit = MAX_FRAMES;
    // Boxes that early encoders left out are not missed by browsers either.
    decoder->strictFlags = AVIF_STRICT_DISABLED;
    if (max_area_px < decoder->imageSizeLimit) {
        decoder->imageSizeLimit = max_area_px;
    }
    avifResult result = avifDecoderSetIOMemory(decoder, data, len);
    if (result == AVIF_RESULT_OK) {
        result = avifDecoderParse(decoder);
    }
    if (result != AVIF_RESULT_OK) {
        explain(error, result, &decoder->diag);
        palmette_avif_close(avif);
        return NULL;
    }
    describe(decoder, info);
    avif->width = info->width;
    avif->height = info->height;
    return avif;
}

int palmette_avif_decode(palmette_avif * avif, uint8_t * rgba, size_t row_bytes, char * error)
{
    avifDecoder * decoder = avif->decoder;
    avifResult result = avifDecoderNextImage(decoder);
    if (result != AVIF_RESULT_OK) {
        explain(error, result, &decoder->diag);
        return 0;
    }
    const avifImage * image = decoder->image;
    // The bitstream may disagree with the container, for which the caller has made room.
    if (image->width != avif->width || image->height != avif->height || row_bytes > UINT32_MAX) {
        snprintf(error, PALMETTE_AVIF_ERROR_BYTES, "its bitstream has another size than its container");
        return 0;
    }
    avifRGBImage rgb;
    avifRGBImageSetDefaults(&rgb, image);
    rgb.depth = 8;
    rgb.format = AVIF_RGB_FORMAT_RGBA;
    rgb.pixels = rgba;
    rgb.rowBytes = (uint32_t)row_bytes;
    result = avifImageYUVToRGB(image, &rgb);
    if (result != AVIF_RESULT_OK) {
        explain(error, result, NULL);
        return 0;
    }
    return 1;
}

void palmette_avif_close(palmette_avif * avif)
{
    if (avif) {
        if (avif->decoder) {
            avifDecoderDestroy(avif->decoder);
        }
        avifFree(avif);
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
