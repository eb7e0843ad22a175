{{- define "portico.args" -}}
- up
- --cluster
- --only=http
{{- with .Values.controller }}
{{- range prepend .ingressClassResource.aliases .ingressClassResource.name }}
- --ingress-class={{ . }}
{{- end }}
{{- if .scope.enabled }}
- --namespace={{ include "portico.scope" $ }}
{{- end }}
- --http-port={{ .service.enableHttp | ternary .containerPort.http 0 }}
- --https-port={{ .service.enableHttps | ternary .containerPort.https 0 }}
{{- if .service.enableHttps }}
- --redirect-port={{ .service.ports.https }}
{{- end }}
- --admin=[$(POD_IP)]:{{ .metrics.port }}
- --election-id={{ include "portico.election" $ }}
{{- with include "portico.published" $ }}
- --publish-service={{ . }}
{{- else }}
{{- if .reportNodeInternalIp }}
- --report-node-internal-ip-address
{{- end }}
{{- end }}
{{- $defaults := dict "state-dir" "/var/lib/portico/state" "access-log" "stdout" "grace" 60 "shutdown-grace-period" 15 }}
{{- include "portico.options" (merge dict .extraArgs $defaults) }}
{{- end }}
{{- end -}}

{{/* An empty value is a switch, a list repeats. */}}
{{- define "portico.options" -}}
{{- range $name, $value := . }}
{{- range (kindIs "slice" $value) | ternary $value (list $value) }}
- {{ (eq (toString .) "") | ternary (printf "--%s" $name) (printf "--%s=%s" $name (toString .)) | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "portico.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: {{ .Values.controller.image.runAsUser }}
runAsGroup: {{ .Values.controller.image.runAsGroup }}
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "portico.container" -}}
{{- with .Values.controller -}}
name: portico
image: {{ include "portico.image" $ }}
imagePullPolicy: {{ .image.pullPolicy }}
args:
  {{- include "portico.args" $ | nindent 2 }}
env:
  - name: POD_NAME
    valueFrom: {fieldRef: {fieldPath: metadata.name}}
  - name: POD_NAMESPACE
    valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
  - name: POD_IP
    valueFrom: {fieldRef: {fieldPath: status.podIP}}
  {{- with .extraEnvs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
ports:
  {{- if .service.enableHttp }}
  - name: http
    containerPort: {{ .containerPort.http }}
    {{- if .hostPort.enabled }}
    hostPort: {{ .hostPort.ports.http }}
    {{- end }}
  {{- end }}
  {{- if .service.enableHttps }}
  - name: https
    containerPort: {{ .containerPort.https }}
    {{- if .hostPort.enabled }}
    hostPort: {{ .hostPort.ports.https }}
    {{- end }}
  {{- end }}
  - {name: admin, containerPort: {{ .metrics.port }}}
{{- range $name := list "startupProbe" "livenessProbe" "readinessProbe" "lifecycle" "resources" }}
{{- with get $.Values.controller $name }}
{{ $name }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
securityContext:
  {{- include "portico.containerSecurity" $ | nindent 2 }}
volumeMounts:
  - {name: state, mountPath: /var/lib/portico}
  - {name: tmp, mountPath: /tmp}
  {{- with .extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* On nodes of their own, for those that these labels select. */}}
{{- define "portico.affinity" -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- . | nindent 12 }}
{{- end -}}

{{- define "portico.pod" -}}
{{- with .Values.controller -}}
metadata:
  labels:
    {{- include "portico.selector" $ | nindent 4 }}
    {{- with .podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "portico.serviceAccount" $ }}
  automountServiceAccountToken: true
  terminationGracePeriodSeconds: {{ .terminationGracePeriodSeconds }}
  {{- if .hostNetwork }}
  hostNetwork: true
  {{- end }}
  dnsPolicy: {{ .dnsPolicy }}
  {{- with .priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  affinity:
    {{- .affinity | default (include "portico.selector" $ | include "portico.affinity" | fromYaml) | toYaml | nindent 4 }}
  securityContext:
    {{- mergeOverwrite (dict "fsGroup" .image.runAsGroup) .podSecurityContext | toYaml | nindent 4 }}
  {{- with $.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- range $name := list "dnsConfig" "nodeSelector" "tolerations" "topologySpreadConstraints" }}
  {{- with get $.Values.controller $name }}
  {{ $name }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- with .extraInitContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    -
      {{- include "portico.container" $ | nindent 6 }}
    {{- with .extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - {name: state, emptyDir: {}}
    - {name: tmp, emptyDir: {}}
    {{- with .extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
{{- end -}}
