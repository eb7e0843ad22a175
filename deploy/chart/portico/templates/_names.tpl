{{- define "portico.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "portico.fullname" -}}
{{- $name := include "portico.name" . -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains $name .Release.Name -}}
{{ .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" }}
{{- end -}}
{{- end -}}

{{- define "portico.namespace" -}}
{{ default .Release.Namespace .Values.namespaceOverride }}
{{- end -}}

{{/* Objects of the cluster: two releases of one name may live in two namespaces. */}}
{{- define "portico.clusterName" -}}
{{ printf "%s-%s" (include "portico.namespace" .) (include "portico.fullname" .) | trimPrefix "-" }}
{{- end -}}

{{/* These select; a label that changes with a version must not be here, nor on pods. */}}
{{- define "portico.selector" -}}
app.kubernetes.io/name: {{ include "portico.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: controller
{{- end -}}

{{- define "portico.labels" -}}
{{ include "portico.selector" . }}
{{ include "portico.labelsOfAll" . }}
{{- end -}}

{{- define "portico.labelsOfAll" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: {{ include "portico.name" . }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "portico.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "portico.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end -}}

{{- define "portico.election" -}}
{{ default (printf "%s-leader" (include "portico.fullname" .)) .Values.controller.electionID }}
{{- end -}}

{{- define "portico.scope" -}}
{{ default (include "portico.namespace" .) .Values.controller.scope.namespace }}
{{- end -}}

{{- define "portico.image" -}}
{{- with .Values.controller.image -}}
{{- if .registry }}{{ .registry }}/{{ end }}{{ .image }}
{{- if .digest }}@{{ .digest }}{{ else }}:{{ default $.Chart.AppVersion .tag }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* Empty where statuses show the addresses of nodes. */}}
{{- define "portico.published" -}}
{{- with .Values.controller.publishService -}}
{{- if .enabled -}}
{{- if .pathOverride -}}{{ .pathOverride }}
{{- else if $.Values.controller.service.enabled -}}
{{ include "portico.namespace" $ }}/{{ include "portico.fullname" $ }}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
